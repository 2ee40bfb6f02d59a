#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/authoring/check.h"
#include "engine/authoring/explain.h"
#include "engine/authoring/match.h"
#include "engine/config/loading.h"
#include "tests/support/scratch.h"

namespace riposte {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const char* const kMiner = R"(title: Cryptominer
id: miner-1
name: cryptominer
level: high
logsource: {product: linux}
detection:
  selection:
    process.name: [minerd, xmrig]
  filter_lab:
    host.name|startswith: lab-
  condition: selection and not filter_lab
)";
const char* const kBroken = "title: b\nid: b\ndetection: {s: {f: v}, condition: t}\n";

class AuthorsTools : public testing::Test {
 protected:
  Loaded load_rules(bool ignore_logsource = false) {
    return load({"", {scratch_.path().string() + "/rules"}, {"elastic_security_alert"}, ignore_logsource});
  }

  std::string explained(const std::string& event, bool json = false) {
    scratch_.write("rules/miner.yml", kMiner);
    const Loaded loaded = load_rules();
    const auto matches =
        explain_event(*loaded.rules, *find_rule(*loaded.rules, "miner"), event, false, json, out_);
    EXPECT_TRUE(matches.has_value());
    matches_ = *matches;
    return out_.str();
  }

  Result<MatchCounts> matched(const std::string& events) {
    const std::vector<std::string> sources{scratch_.write("events.ndjson", events).string()};
    Progress progress(0, complaints_, false);
    return match_events(*load_rules().rules, sources, out_, complaints_, progress);
  }

  test::Scratch scratch_;
  std::ostringstream out_;
  std::ostringstream complaints_;
  bool matches_ = false;
};

TEST_F(AuthorsTools, CheckCountsWhatWasLoadedAndWhatWasRefused) {
  scratch_.write("rules/good.yml", kMiner);
  scratch_.write("rules/bad.yml", kBroken);
  const Loaded loaded = load_rules();
  EXPECT_FALSE(is_clean(loaded));
  print_check(loaded, false, out_);
  EXPECT_TRUE(out_.str().ends_with("1 rule loaded, 1 refused\n")) << out_.str();
  print_check(loaded, true, out_);
  EXPECT_NE(out_.str().find("\"rule_set\": \"" + loaded.rules->digest() + "\""), std::string::npos)
      << out_.str();
}

TEST_F(AuthorsTools, MatchNamesSourceLineAndSortedRulesOfEveryEventThatMatches) {
  scratch_.write("rules/miner.yml", kMiner);
  scratch_.write("rules/any.yml", "title: a\nid: any\ndetection: {s: {process.pid: 7}, condition: s}\n");
  const auto counts = matched(
      "{\"process\":{\"name\":\"xmrig\",\"pid\":7}}\n\n{\"process\":{\"name\":\"init\"}}\n{broken\n[1]\r\n"
      "{\"process\":{\"pid\":7}}");
  ASSERT_TRUE(counts.has_value());
  EXPECT_EQ(counts->events, 3U);
  EXPECT_EQ(counts->matched, 2U);
  EXPECT_EQ(counts->unreadable, 2U);
  const std::string file = (scratch_.path() / "events.ndjson").string();
  EXPECT_EQ(out_.str(), "{\"source\":\"" + file +
                            "\",\"line\":1,\"rules\":[\"any\",\"miner-1\"]}\n{\"source\":\"" + file +
                            "\",\"line\":6,\"rules\":[\"any\"]}\n");
  EXPECT_THAT(complaints_.str(), AllOf(HasSubstr(file + ":4: error: "), HasSubstr(file + ":5: error: ")));
}

TEST_F(AuthorsTools, MatchSaysWhichFileItCannotRead) {
  const std::vector<std::string> sources{"/nowhere/events.ndjson"};
  Progress progress(0, complaints_, false);
  const auto counts = match_events(*load_rules().rules, sources, out_, complaints_, progress);
  ASSERT_FALSE(counts.has_value());
  EXPECT_EQ(counts.error().code, Errc::not_found);
  EXPECT_THAT(counts.error().text(), HasSubstr("/nowhere/events.ndjson"));
}

TEST_F(AuthorsTools, ExplainShowsWhatHeldAndWhatTheEventHasThere) {
  const std::string text =
      explained(R"({"process":{"name":"xmrig"},"host":{"name":"web-1","os":{"type":"linux"}}})");
  EXPECT_TRUE(matches_);
  EXPECT_THAT(text,
              AllOf(HasSubstr("matches\n"), HasSubstr("yes all of these"),
                    HasSubstr("yes process.name is 'minerd' or 'xmrig'   <- 'xmrig': it is 'xmrig'"),
                    HasSubstr("yes not this"), HasSubstr("no  host.name starts with 'lab-'   <- 'web-1'")));
}

TEST_F(AuthorsTools, ExplainSaysThatAFieldIsMissingAndThatTheLogSourceDoesNotFit) {
  const std::string text = explained(R"({"host":{"name":"lab-1","os":{"type":"windows"}}})");
  EXPECT_FALSE(matches_);
  EXPECT_THAT(text, AllOf(HasSubstr("does not match\n"), HasSubstr("the event does not have it"),
                          HasSubstr("the rule does not look at it"), HasSubstr("product linux")));
}

TEST_F(AuthorsTools, ExplainSpeaksJson) {
  const std::string text = explained(R"({"process":{"name":"xmrig"}})", true);
  EXPECT_THAT(text, AllOf(HasSubstr("\"matches\": true"), HasSubstr("\"seen\": \"'xmrig': it is 'xmrig'\"")));
}

TEST_F(AuthorsTools, ARuleIsFoundByIdNameOrTheBeginningOfItsId) {
  scratch_.write("rules/miner.yml", kMiner);
  scratch_.write("rules/other.yml", "title: a\nid: miner-2\ndetection: {s: {a: 7}, condition: s}\n");
  const Loaded loaded = load_rules();
  EXPECT_TRUE(find_rule(*loaded.rules, "cryptominer").has_value());
  EXPECT_TRUE(find_rule(*loaded.rules, "miner-2").has_value());
  EXPECT_EQ(find_rule(*loaded.rules, "miner").error().code, Errc::conflict);
  EXPECT_THAT(find_rule(*loaded.rules, "crytominer").error().text(),
              HasSubstr("did you mean 'cryptominer'?"));
}

}  // namespace
}  // namespace riposte
