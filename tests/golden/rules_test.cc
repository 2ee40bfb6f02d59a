// One folder under tests/golden/rules is one case:
//   rule.yml, or several *.yml   what is read
//   diagnostics.txt              exactly what reading and compiling says (missing: nothing)
//   events.ndjson                events, one per line
//   matches.txt                  per event the ids of the rules that match, sorted, separated by blanks; "-"
//   for none
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "rules/event/event_parser.h"
#include "rules/language/reader.h"
#include "rules/language/schema_reader.h"
#include "rules/matching/rule_set.h"

namespace riposte {
namespace {

namespace fs = std::filesystem;

fs::path cases_folder() { return fs::path(RIPOSTE_SOURCE_DIR) / "tests/golden/rules"; }

std::string content(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> lines_of(const fs::path& path) {
  std::istringstream text(content(path));
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> cases() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(cases_folder()))
    names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  return names;
}

ActionCatalogue catalogue() {
  return {{ActionType::kill_process, ActionType::suspend_process, ActionType::run_script},
          {{"notify",
            {{"user", ValueKind::string, true, ""},
             {"summary", ValueKind::string, false, ""},
             {"attempts", ValueKind::integer, false, ""}}}}};
}

std::map<std::string, ActiveHours> hours() {
  const std::vector<std::string> windows{"Mon-Fri 08:00-18:00"};
  return {{"office", *ActiveHours::parse("office", "Europe/Berlin", windows)}};
}

class GoldenRules : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    const ActionCatalogue actions = catalogue();
    const auto active_hours = hours();
    const std::vector<std::string> paths{folder_.string()};
    ReadRules read = read_rules(paths, {actions, active_hours});
    CompiledRules compiled =
        RuleSet::compile(std::move(read.rules), {*shipped_schema("elastic_security_alert")});
    rules_ = compiled.rules;
    for (auto* list : {&read.diagnostics, &compiled.diagnostics})
      for (Diagnostic& diagnostic : *list) {
        diagnostic.location.file = fs::relative(diagnostic.location.file, folder_).string();
        std::string text = diagnostic.text();
        if (const auto at = text.find(folder_.string() + "/"); at != std::string::npos)
          text.erase(at, folder_.string().size() + 1);
        said_ += text + "\n";
      }
  }

  std::string ids_matching(const Event& event) {
    const auto matches = rules_->match(event, scratch_);
    EXPECT_TRUE(matches.has_value());
    std::vector<std::string> ids;
    for (const RuleIndex index : *matches) ids.push_back(rules_->rule(index).id.value());
    std::ranges::sort(ids);
    return ids.empty() ? "-" : fmt::format("{}", fmt::join(ids, " "));
  }

  const fs::path folder_ = cases_folder() / GetParam();
  std::shared_ptr<const RuleSet> rules_;
  std::string said_;
  Scratch scratch_;
};

TEST_P(GoldenRules, SayAndMatchExactlyWhatIsWrittenDown) {
  EXPECT_EQ(said_, content(folder_ / "diagnostics.txt"));
  const auto events = lines_of(folder_ / "events.ndjson");
  const auto expected = lines_of(folder_ / "matches.txt");
  ASSERT_EQ(events.size(), expected.size());
  ASSERT_TRUE(!events.empty() || !said_.empty()) << "a case that checks nothing";
  EventParser parser;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto event = parser.parse(events[i]);
    ASSERT_TRUE(event.has_value()) << events[i];
    EXPECT_EQ(ids_matching(*event), expected[i]) << "line " << i + 1 << ": " << events[i];
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, GoldenRules, ::testing::ValuesIn(cases()), [](const auto& tested) {
  std::string name = tested.param;
  std::ranges::replace_if(name, [](char c) { return c == '-' || c == '.'; }, '_');
  return name;
});

}  // namespace
}  // namespace riposte
