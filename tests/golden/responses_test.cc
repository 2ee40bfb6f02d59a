// One folder under tests/golden/responses is one case:
//   rules/*.yml       rules
//   responses/*.yml   response files
//   expected.txt      exactly what reading and attaching says, and then per rule its responses:
//                     the name, the block it stands in, "ordered", and whoever else must not approve it
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "rules/language/attach.h"

namespace riposte {
namespace {

std::filesystem::path attach_cases() {
  return std::filesystem::path(RIPOSTE_SOURCE_DIR) / "tests/golden/responses";
}

std::vector<std::string> attach_case_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(attach_cases()))
    names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  return names;
}

class GoldenResponses : public ::testing::TestWithParam<std::string> {
 protected:
  std::string expected() {
    std::ifstream file(folder_ / "expected.txt");
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }

  void say(const std::vector<Diagnostic>& diagnostics) {
    for (const Diagnostic& diagnostic : diagnostics) {
      std::string text = diagnostic.text();
      for (std::size_t at = 0; (at = text.find(folder_.string() + "/")) != std::string::npos;)
        text.erase(at, folder_.string().size() + 1);
      said_ += text + "\n";
    }
  }

  void say(const Rule& rule) {
    said_ += rule.id.value() + ":";
    for (const ActionTemplate& response : rule.responses) {
      if (&response != &rule.responses.front()) said_ += ",";
      said_ +=
          fmt::format(" {} [{}{}{}{}]", response.name, response.block, response.ordered ? " ordered" : "",
                      response.authors.empty() ? "" : " ", fmt::join(response.authors, " "));
    }
    said_ += "\n";
  }

  const std::filesystem::path folder_ = attach_cases() / GetParam();
  std::string said_;
};

TEST_P(GoldenResponses, SayAndAttachExactlyWhatIsWrittenDown) {
  const ActionCatalogue actions{
      {ActionType::kill_process, ActionType::suspend_process, ActionType::run_script},
      {{"notify", {{"user", ValueKind::string, true, ""}}}}};
  const std::map<std::string, ActiveHours> no_hours;
  const ReadContext context{actions, no_hours};
  ReadRules rules = read_rules(std::vector{(folder_ / "rules").string()}, context);
  const ReadAttachments read = read_response_files(std::vector{(folder_ / "responses").string()}, context);
  say(rules.diagnostics);
  say(read.diagnostics);
  say(attach(rules.rules, read.attachments));
  for (const Rule& rule : rules.rules) say(rule);
  EXPECT_EQ(said_, expected());
}

INSTANTIATE_TEST_SUITE_P(Cases, GoldenResponses, ::testing::ValuesIn(attach_case_names()),
                         [](const auto& tested) { return tested.param; });

}  // namespace
}  // namespace riposte
