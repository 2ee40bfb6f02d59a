#include "engine/authoring/rule_price_list.h"

#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "engine/config/loading.h"
#include "tests/support/scratch.h"

namespace riposte {
namespace {

constexpr const char* kPricedRules =
    "title: Cryptominer\nid: miner\ndetection: {s: {process.name: [minerd, xmrig, ethminer, xmr-stak]}, "
    "condition: s}\n---\n"
    "title: Encoded\nid: encoded\ndetection: {s: {process.command_line|contains: '-e'}, condition: s}\n---\n"
    "title: Not a lab\nid: negation\ndetection: {s: {host.name: lab}, condition: not s}\n---\n"
    "title: Any port\nid: port\ndetection: {s: {destination.port|gt: 1024}, condition: s}\n";

class PricesOfRules : public testing::Test {
 protected:
  std::shared_ptr<const RuleSet> rules() {
    file_ = scratch_.write("rules.yml", kPricedRules).string();
    return load({"", {file_}, {"elastic_security_alert"}}).rules;
  }

  test::Scratch scratch_;
  std::string file_;
  std::ostringstream out_;
};

TEST_F(PricesOfRules, StandWithTheDearestFirstWithReasonAndCure) {
  print_rule_prices(*rules(), out_);
  EXPECT_EQ(
      out_.str(),
      "dearest  negation  Not a lab  (" + file_ +
          ":10)\n"
          "         looked at for every event of its log source\n"
          "         why: the condition can hold by 'not' alone\n"
          "         cure: add a selection that says what the event has, and join it with 'and'\n"
          "dear     port  Any port  (" +
          file_ +
          ":14)\n"
          "         looked at for any value of destination.port\n"
          "         why: destination.port is greater than 1024, which names no text that must be there: any "
          "value of destination.port has it looked at\n"
          "         cure: add a line with a text of 4 bytes or more to the same selection\n"
          "fair     encoded  Encoded  (" +
          file_ +
          ":6)\n"
          "         looked at for process.command_line contains '-e'\n"
          "         why: process.command_line contains '-e': 2 bytes, which many events have\n"
          "         cure: write a text of 4 bytes or more, or add a line with one to the same selection\n"
          "cheap    miner  Cryptominer  (" +
          file_ +
          ":2)\n"
          "         looked at for process.name is 'minerd' or process.name is 'xmrig' or process.name is "
          "'ethminer' or 1 more\n"
          "1 dearest, 1 dear, 1 fair, 1 cheap\n");
}

TEST_F(PricesOfRules, StandInJsonWithEveryTrigger) {
  print_rule_prices_json(*rules(), out_);
  const auto json = nlohmann::json::parse(out_.str());
  ASSERT_EQ(json.size(), 4U);
  EXPECT_EQ(json[0]["id"], "negation");
  EXPECT_EQ(json[0]["class"], "dearest");
  EXPECT_EQ(json[0]["every_event"], true);
  EXPECT_EQ(json[0]["looked_at_for"], nlohmann::json::array());
  EXPECT_EQ(json[1]["looked_at_for"],
            nlohmann::json::parse(R"([{"field":"destination.port","match":"any_value"}])"));
  EXPECT_EQ(json[2]["looked_at_for"],
            nlohmann::json::parse(R"([{"field":"process.command_line","match":"contains","text":"-e"}])"));
  EXPECT_EQ(json[3]["looked_at_for"].size(), 4U);
  EXPECT_EQ(json[3]["every_event"], false);
  EXPECT_EQ(json[3]["file"], file_);
  EXPECT_EQ(json[3]["line"], 2);
  EXPECT_EQ(json[3]["reason"], "");
}

}  // namespace
}  // namespace riposte
