// The example rules load without a word, and do what they say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/event/event_parser.h"
#include "rules/language/reader.h"
#include "rules/language/schema_reader.h"
#include "rules/matching/rule_set.h"

namespace riposte {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ExampleRules : public ::testing::Test {
 protected:
  ExampleRules() {
    const ActionCatalogue actions{
        {ActionType::kill_process, ActionType::suspend_process, ActionType::run_script},
        {{"notify", {{"user", ValueKind::string, true, ""}, {"summary", ValueKind::string, false, ""}}}}};
    const std::map<std::string, ActiveHours> hours;
    const std::vector<std::string> paths{RIPOSTE_SOURCE_DIR "/examples/rules"};
    ReadRules read = read_rules(paths, {actions, hours});
    for (const Diagnostic& diagnostic : read.diagnostics) ADD_FAILURE() << diagnostic.text();
    compiled_ = RuleSet::compile(std::move(read.rules), {*shipped_schema("elastic_security_alert")});
  }

  std::vector<std::string> titles(std::string_view json) {
    const auto matches = compiled_.rules->match(*parser_.parse(json), scratch_);
    std::vector<std::string> found;
    for (const RuleIndex index : *matches) found.push_back(compiled_.rules->rule(index).title);
    return found;
  }

  CompiledRules compiled_;
  EventParser parser_;
  Scratch scratch_;
};

TEST_F(ExampleRules, LoadAndCompile) {
  EXPECT_EQ(compiled_.rules->size(), 3U);
  EXPECT_THAT(compiled_.diagnostics, IsEmpty());
}

TEST_F(ExampleRules, CatchACryptominerButNotInTheLab) {
  EXPECT_THAT(titles(R"({"process":{"name":"xmrig","pid":7},"host":{"name":"web-1"}})"),
              ElementsAre("Cryptominer on a server"));
  EXPECT_THAT(titles(R"({"process":{"name":"XMRig-6.21"}})"), ElementsAre("Cryptominer on a server"));
  EXPECT_THAT(titles(R"({"process":{"name":"xmrig"},"host":{"name":"lab-3"}})"), IsEmpty());
  EXPECT_THAT(titles(R"({"process":{"name":"nginx"}})"), IsEmpty());
}

TEST_F(ExampleRules, CatchAReaderOfCredentialsButNotTheBackup) {
  EXPECT_THAT(titles(R"({"process":{"command_line":"cat /etc/shadow"}})"),
              ElementsAre("Process reads stored credentials"));
  EXPECT_THAT(
      titles(
          R"({"process":{"executable":"C:\\t\\procdump.exe","command_line":"procdump -ma lsass.exe o.dmp"}})"),
      ElementsAre("Process reads stored credentials"));
  EXPECT_THAT(titles(R"({"process":{"command_line":"tar /etc/shadow","parent":{"name":"backup-agent"}}})"),
              IsEmpty());
}

TEST_F(ExampleRules, CatchABruteForceThatNamesAUser) {
  EXPECT_THAT(titles(R"({"kibana.alert.reason":"Brute force against ann","user":{"name":"ann"}})"),
              ElementsAre("Brute force against an account"));
  EXPECT_THAT(titles(R"({"kibana.alert.reason":"Brute force"})"), IsEmpty());
}

TEST_F(ExampleRules, ShowAKillAnApprovalAndAScript) {
  std::vector<std::string> responses;
  for (std::uint32_t i = 0; i < compiled_.rules->size(); ++i)
    for (const ActionTemplate& made : compiled_.rules->rule(RuleIndex(i)).responses)
      responses.push_back(made.name + (made.terms.require_approval ? " (approval)" : ""));
  EXPECT_THAT(responses,
              ElementsAre("kill_process", "run_script", "suspend_process", "kill-after-review (approval)"));
}

}  // namespace
}  // namespace riposte
