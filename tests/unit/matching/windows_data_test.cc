// Real Windows events, flat and nested, against the rules that must match them, when RIPOSTE_TEST_DATA says where
// they are.
#include <algorithm>
#include <cstdio>
#include <array>
#include <map>
#include <set>
#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "rules/event/event_parser.h"
#include "rules/language/reader.h"
#include "rules/language/schema_reader.h"
#include "rules/matching/rule_set.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/test_data.h"

namespace riposte {
namespace {

using test::lines_of_file;
using test::test_data;

/// What a program prints.
std::string output_of(const std::string& command) {
  std::string output;
  FILE* pipe = ::popen(command.c_str(), "r");  // NOLINT(cert-env33-c): a constant command
  if (pipe == nullptr) return output;
  std::array<char, 65536> chunk{};
  while (const std::size_t got = std::fread(chunk.data(), 1, chunk.size(), pipe)) output.append(chunk.data(), got);
  EXPECT_EQ(::pclose(pipe), 0) << command;
  return output;
}

std::vector<std::string> split_lines(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::set<std::string> texts(const nlohmann::json& list) { return list.get<std::set<std::string>>(); }

std::set<std::string> names(const std::optional<std::vector<std::string>>& known) {
  return known ? std::set<std::string>(known->begin(), known->end()) : std::set<std::string>();
}

class WindowsEvents : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!test_data()) return;
    const test::TemporaryDirectory folder;
    output_of("zstd -dc " + *test_data() + "/sigma_rules_8eaafff1.tar.zst | tar -x -C " + folder.path().string());
    const ActionCatalogue actions;
    const std::map<std::string, ActiveHours> hours;
    const std::vector<std::string> paths{folder.path().string()};
    rules() = read_rules(paths, {actions, hours}).rules;
  }
  static std::vector<Rule>& rules() {
    static std::vector<Rule> read;
    return read;
  }

  void SetUp() override {
    if (!test_data()) GTEST_SKIP() << "RIPOSTE_TEST_DATA is not set: no events to read";
    ASSERT_GT(rules().size(), 3000U);
    for (const Rule& rule : rules()) loaded_.insert(rule.id.value());
  }

  std::set<std::string> matching(const RuleSet& set, const std::string& json) {
    std::set<std::string> ids;
    const auto event = parser_.parse(json);
    EXPECT_TRUE(event.has_value()) << json;
    const auto matches = set.match(*event, scratch_);
    EXPECT_TRUE(matches.has_value());
    for (const RuleIndex index : *matches) ids.insert(set.rule(index).id.value());
    return ids;
  }

  /// Of the expected ids those whose rule can be read.
  std::set<std::string> known(std::set<std::string> ids) {
    std::erase_if(ids, [&](const std::string& id) { return !loaded_.contains(id); });
    return ids;
  }

  std::set<std::string> loaded_;
  EventParser parser_;
  Scratch scratch_;
};

TEST_F(WindowsEvents, GiveEveryRuleThatMustMatchAndNoOther) {
  const auto events = split_lines(output_of("zstd -dc " + *test_data() + "/vectors/otrf_events.ndjson.zst"));
  const auto expected = lines_of_file(*test_data() + "/vectors/otrf_expected.ndjson");
  ASSERT_EQ(events.size(), 2429U);
  ASSERT_EQ(expected.size(), events.size());
  const auto gated = RuleSet::compile(rules(), shipped_schemas()).rules;
  const auto open = RuleSet::compile(rules(), shipped_schemas(), {.ignore_logsource = true}).rules;
  for (std::size_t i = 0; i < events.size(); ++i) {
    SCOPED_TRACE("line " + std::to_string(i + 1));
    const auto truth = nlohmann::json::parse(expected[i]);
    EXPECT_EQ(matching(*gated, events[i]), known(texts(truth["with_logsource"])));
    EXPECT_EQ(matching(*open, events[i]), known(texts(truth["ignoring_logsource"])));
    const Recognised recognised = gated->recognise(*parser_.parse(events[i]));
    EXPECT_EQ(recognised.schema->name, "windows_event_flat");
    const EventOrigin origin = recognised.schema->origin.origin_of(recognised.event);
    EXPECT_EQ(names(origin.services), texts(truth["services"]));
    EXPECT_EQ(names(origin.categories), texts(truth["categories"]));
  }
}

TEST_F(WindowsEvents, NestedAndFlatMatchTheRuleThatTheyWereRecordedFor) {
  std::ifstream file(*test_data() + "/vectors/sigmahq_regression.json");
  const auto document = nlohmann::json::parse(file);
  const auto set = RuleSet::compile(rules(), shipped_schemas()).rules;
  std::size_t seen = 0;
  for (const auto& one : document["cases"]) {
    const std::string id = one["rule_id"].get<std::string>();
    if (!loaded_.contains(id)) continue;
    for (const auto& event : one["events"]) {
      ++seen;
      for (const char* form : {"nested", "flat"}) {
        const std::string json = event[form].dump();
        EXPECT_TRUE(matching(*set, json).contains(id)) << id << ' ' << form;
        const auto parsed = parser_.parse(json);
        std::vector<std::string> recognised;
        for (const Schema& schema : shipped_schemas())
          if (schema.recognise(*parsed)) recognised.push_back(schema.name);
        EXPECT_EQ(recognised, std::vector<std::string>{event.contains("nested") && form[0] == 'n'
                                                           ? "windows_event"
                                                           : "windows_event_flat"});
      }
    }
  }
  EXPECT_GT(seen, 50U);
}

}  // namespace
}  // namespace riposte
