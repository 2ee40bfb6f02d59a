// Real Windows events, flat and nested, against the rules that must match them, when RIPOSTE_TEST_DATA says
// where they are.
#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <set>
#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "rules/event/event_parser.h"
#include "rules/language/reader.h"
#include "rules/language/schema_reader.h"
#include "rules/matching/rule_set.h"
#include "tests/support/public_rules.h"
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
  while (const std::size_t got = std::fread(chunk.data(), 1, chunk.size(), pipe))
    output.append(chunk.data(), got);
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
    if (!test_data() || !rules().empty()) return;
    const test::TemporaryDirectory folder;
    test::unpack_public_rules(folder.path());
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
    SKIP_WITHOUT_TEST_DATA();
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

  /// Every canonical field that the event has.
  std::map<std::string, std::string> said_by(const RuleSet& set, const nlohmann::json& event,
                                             const std::string& schema_name) {
    const Recognised recognised = set.recognise(*parser_.parse(event.dump()));
    EXPECT_EQ(recognised.schema->name, schema_name);
    std::map<std::string, std::string> said;
    for (const std::string_view name : kCanonicalFields)
      if (const auto value = recognised.schema->first(recognised.event, name))
        said.emplace(name, value->text());
    return said;
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

class OtrfEvents : public WindowsEvents {
 protected:
  void SetUp() override {
    WindowsEvents::SetUp();
    if (IsSkipped()) return;
    events_ = split_lines(output_of("zstd -dc " + *test_data() + "/vectors/otrf_events.ndjson.zst"));
    for (const std::string& line : lines_of_file(*test_data() + "/vectors/otrf_expected.ndjson"))
      truths_.push_back(nlohmann::json::parse(line));
    ASSERT_EQ(events_.size(), 2429U);
    ASSERT_EQ(truths_.size(), events_.size());
  }

  std::vector<std::string> events_;
  std::vector<nlohmann::json> truths_;
};

TEST_F(OtrfEvents, ComeFromTheServicesAndCategoriesThatTheyShould) {
  const auto set = RuleSet::compile({}, shipped_schemas()).rules;
  for (std::size_t i = 0; i < events_.size(); ++i) {
    SCOPED_TRACE("line " + std::to_string(i + 1));
    const Recognised recognised = set->recognise(*parser_.parse(events_[i]));
    EXPECT_EQ(recognised.schema->name, "windows_event_flat");
    const EventOrigin origin = recognised.schema->origin.origin_of(recognised.event);
    EXPECT_EQ(names(origin.products), std::set<std::string>{"windows"});
    EXPECT_EQ(names(origin.services), texts(truths_[i]["services"]));
    EXPECT_EQ(names(origin.categories), texts(truths_[i]["categories"]));
  }
}

TEST_F(OtrfEvents, MatchEveryRuleThatTheyMustAndNoOther) {
  const auto set = RuleSet::compile(rules(), shipped_schemas()).rules;
  for (std::size_t i = 0; i < events_.size(); ++i)
    EXPECT_EQ(matching(*set, events_[i]), known(texts(truths_[i]["with_logsource"]))) << "line " << i + 1;
}

TEST_F(OtrfEvents, MatchTheSameWhenTheLogSourceIsIgnored) {
  const auto set = RuleSet::compile(rules(), shipped_schemas(), {.ignore_logsource = true}).rules;
  for (std::size_t i = 0; i < events_.size(); ++i)
    EXPECT_EQ(matching(*set, events_[i]), known(texts(truths_[i]["ignoring_logsource"]))) << "line " << i + 1;
}

TEST_F(WindowsEvents, ThatAreNestedCallTheSecurityLogsNewProcessAnImage) {
  const auto set = RuleSet::compile(rules(), shipped_schemas()).rules;
  const auto ids = matching(*set, R"({"Event":{"System":{"EventID":4688,"Channel":"Security","Computer":"pc"},
      "EventData":{"NewProcessName":"C:\\Windows\\System32\\whoami.exe","CommandLine":"whoami /priv",
                   "ParentProcessName":"C:\\Windows\\System32\\cmd.exe"}}})");
  EXPECT_TRUE(ids.contains("97a80ec7-0e2f-4d05-9ef4-65760e634f6b"))
      << "Security Privileges Enumeration Via Whoami.EXE";
}

TEST_F(WindowsEvents, NestedAndFlatMatchTheRuleThatTheyWereRecordedForAndSayTheSame) {
  std::ifstream file(*test_data() + "/vectors/sigmahq_regression.json");
  const auto document = nlohmann::json::parse(file);
  const auto set = RuleSet::compile(rules(), shipped_schemas()).rules;
  std::size_t seen = 0;
  for (const auto& one : document["cases"]) {
    const std::string id = one["rule_id"].get<std::string>();
    if (!loaded_.contains(id)) continue;
    SCOPED_TRACE(id);
    for (const auto& event : one["events"]) {
      ++seen;
      EXPECT_TRUE(matching(*set, event["nested"].dump()).contains(id));
      EXPECT_TRUE(matching(*set, event["flat"].dump()).contains(id));
      const auto nested = said_by(*set, event["nested"], "windows_event");
      EXPECT_EQ(nested, said_by(*set, event["flat"], "windows_event_flat"));
      for (const char* name : {"detection.id", "time", "host.name"})
        EXPECT_TRUE(nested.contains(name)) << name;
    }
  }
  EXPECT_GT(seen, 50U);
}

}  // namespace
}  // namespace riposte
