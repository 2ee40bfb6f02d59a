#include <sstream>

#include <nlohmann/json.hpp>

#include "tests/unit/cli/cli_fixture.h"

namespace riposte {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST_F(CommandLine, ListsActionsAsATable) {
  control.put(sample_action(kSampleId));
  Action done = sample_action("ffeeddccbbaa99887766554433221100");
  done.state = State::completed;
  done.verification = Verification::passed;
  done.submitter = {Actor::Kind::rule, "2c8f-uuid"};
  done.cause.rule_title = "Crypto miner";
  done.created_at += std::chrono::seconds(1);
  control.put(done);
  const Told listed = ask({"actions", "list"});
  EXPECT_EQ(listed.code, cli::kExitOk) << listed.err;
  EXPECT_EQ(
      listed.out,
      "ID            CREATED               STATE                ACTION        TARGET        HOST   BY\n"
      "ffeeddccbbaa  2026-03-01 11:59:31Z  completed, verified  kill_process  process 4711  web-1  rule "
      "Crypto miner\n"
      "001122334455  2026-03-01 11:59:30Z  pending_approval     kill_process  process 4711  web-1  carol\n");
}

TEST_F(CommandLine, SaysSoWhenThereAreNoActions) {
  const Told listed = ask({"actions", "list", "--state", "failed", "--host", "a b&c"});
  EXPECT_EQ(listed.code, cli::kExitOk);
  EXPECT_EQ(listed.out, "no actions\n");
}

TEST_F(CommandLine, SaysWhenAListIsNotComplete) {
  control.put(sample_action(kSampleId));
  control.put(sample_action("ffeeddccbbaa99887766554433221100"));
  EXPECT_THAT(ask({"actions", "list", "--limit", "1"}).out, HasSubstr("there are more"));
  EXPECT_THAT(ask({"actions", "list", "--limit", "2"}).out, Not(HasSubstr("there are more")));
}

TEST_F(CommandLine, NeverLetsAnAttackersTextDriveTheTerminal) {
  Action action = sample_action(kSampleId);
  action.target = "process \x1b]0;owned\x07 \xe2\x80\xae";
  action.comment = "\x1b[2J\r\n";
  action.evidence = {{"name\x1b[1m", "value\x1b[0m"}};
  control.put(action);
  for (const auto& shown : {ask({"actions", "list"}), ask({"actions", "show", kSampleId})}) {
    EXPECT_EQ(shown.code, cli::kExitOk);
    EXPECT_EQ(shown.out.find_first_of("\x1b\x07\r"), std::string::npos) << shown.out;
    EXPECT_THAT(shown.out, Not(HasSubstr("\xe2\x80\xae")));
    EXPECT_THAT(shown.out, HasSubstr("\\x1b"));
  }
}

TEST_F(CommandLine, KeepsTablesReadableWhenTextsAreLong) {
  Action action = sample_action(kSampleId);
  action.host = std::string(300, 'h');
  action.target = std::string(300, 't');
  control.put(action);
  std::istringstream lines(ask({"actions", "list"}).out);
  for (std::string line; std::getline(lines, line);)
    EXPECT_LE(line.size(), 110U + 2 * 2) << line;  // "…" has three bytes
}

TEST_F(CommandLine, ShowsAnActionWithItsAuditTrail) {
  control.put(sample_action(kSampleId));
  AuditRecord record;
  record.action = ActionId(kSampleId);
  record.at = control.now;
  record.actor = {Actor::Kind::person, "carol"};
  record.event = "proposed";
  record.to = State::pending_approval;
  record.detail = "a person asked for a destructive type";
  control.put(record);
  const Told shown = ask({"actions", "show", kSampleId.substr(0, 6)});
  EXPECT_EQ(shown.code, cli::kExitOk) << shown.err;
  EXPECT_EQ(shown.out, R"(id               00112233445566778899aabbccddeeff
action           kill_process
target           process 4711
host             web-1
state            pending_approval
submitted by     carol
approval         manual_destructive
comment          found by hand
severity         high
created          2026-03-01T11:59:30.250Z
updated          2026-03-01T11:59:30.250Z
event            request:carol:1
parameter pid    4711
parameter start  2026-03-01T11:59:00Z

TIME                  EVENT     STATE             BY     DETAIL
2026-03-01 12:00:00Z  proposed  pending_approval  carol  a person asked for a destructive type
)");
}

TEST_F(CommandLine, ShowsThePlaceInAChainTheCooldownAndTheTimeToLive) {
  Action action = sample_action(kSampleId);
  action.type = ActionType::suspend_process;
  action.chain = {ActionId("ffeeddccbbaa99887766554433221100"), 2, 3};
  action.held = true;
  action.cooldown = {"key", std::chrono::minutes(10)};
  action.swallowed = 12;
  action.ttl = std::chrono::hours(4);
  action.undo_due = action.created_at + action.ttl;
  control.put(action);
  const Told shown = ask({"actions", "show", kSampleId});
  for (const char* line :
       {"state            pending_approval, held\n", "order            2 of 3, after ffeeddccbbaa\n",
        "cooldown         600s, until 2026-03-01 12:09:30Z; 12 further matches made no action\n",
        "time to live     4h, then resume_process at 2026-03-01 15:59:30Z\n"})
    EXPECT_THAT(shown.out, HasSubstr(line));
  const auto document = nlohmann::json::parse(ask({"actions", "show", kSampleId, "--json"}).out);
  EXPECT_EQ(document["chain"]["position"], 2);
  EXPECT_EQ(document["cooldown"]["swallowed"], 12);
  EXPECT_EQ(document["ttl"]["undo"], "resume_process");
  EXPECT_EQ(document["undo_due"], "2026-03-01T15:59:30.250Z");
}

TEST_F(CommandLine, ShowsADryRunAsOne) {
  Action action = sample_action(kSampleId);
  action.state = State::cancelled;
  action.dry_run = true;
  control.put(action);
  EXPECT_THAT(ask({"actions", "list"}).out, HasSubstr("cancelled, dry run"));
}

TEST_F(CommandLine, PrintsTheApisDocumentAsJson) {
  control.put(sample_action(kSampleId));
  const auto action = nlohmann::json::parse(ask({"actions", "show", kSampleId, "--json"}).out);
  EXPECT_EQ(action["parameters"]["pid"], 4711);
  const auto page = nlohmann::json::parse(ask({"actions", "list", "--json"}).out);
  EXPECT_EQ(page["actions"][0], action);
  EXPECT_TRUE(nlohmann::json::parse(ask({"audit", "--json"}).out).contains("records"));
  EXPECT_EQ(nlohmann::json::parse(ask({"actions", "approve", kSampleId, "--json"}).out)["state"], "queued");
}

TEST_F(CommandLine, UndoesActionsByTheirIds) {
  Action action = sample_action(kSampleId);
  action.state = State::completed;
  control.put(action);
  Action order = sample_action("ffeeddccbbaa99887766554433221100");
  order.type = ActionType::resume_process;
  control.put(order);
  const Told undone = ask({"actions", "undo", "00112233", "ffeeddcc", "--comment", "by mistake"});
  EXPECT_EQ(undone.out,
            "001122334455 is taken back by ffeeddccbbaa, resume_process, which is pending_approval\n");
  EXPECT_THAT(undone.err, HasSubstr("ffeeddcc: "));
  EXPECT_EQ(undone.code, cli::kExitConflict) << "the other is not done";
}

TEST_F(CommandLine, ShowsWhatItWouldUndoAndUndoesItOnlyWhenToldTo) {
  Action action = sample_action(kSampleId);
  action.state = State::completed;
  action.cause.rule = RuleId("r1");
  control.put(action);
  const std::vector<std::string> wish{
      "actions", "undo", "--rule", "r1", "--from", "2026-03-01T00:00:00Z", "--to", "2026-03-02T00:00:00Z"};
  const Told shown = ask(wish);
  EXPECT_EQ(shown.code, cli::kExitOk) << shown.err;
  EXPECT_THAT(shown.out, HasSubstr("001122334455"));
  EXPECT_THAT(shown.out, HasSubstr("nothing was undone; with --yes these 1 are\n"));
  EXPECT_EQ(control.stored(ActionId(kSampleId))->undone_by, ActionId());
  std::vector<std::string> for_real = wish;
  for_real.emplace_back("--yes");
  EXPECT_THAT(ask(for_real).out, HasSubstr("1 are being undone\n"));
  EXPECT_NE(control.stored(ActionId(kSampleId))->undone_by, ActionId());
  EXPECT_EQ(ask(for_real).out, "there is nothing to undo\n");
}

TEST_F(CommandLine, UndoesWhatIsForbiddenByNowWithoutARuleOrATime) {
  Action action = sample_action(kSampleId);
  action.state = State::completed;
  control.put(action);
  EXPECT_THAT(ask({"actions", "undo", "--forbidden"}).out,
              HasSubstr("nothing was undone; with --yes these 1"));
  EXPECT_THAT(ask({"actions", "undo", "--forbidden", "--yes"}).out, HasSubstr("1 are being undone\n"));
  EXPECT_EQ(ask({"actions", "undo", "0011", "--forbidden"}).code, cli::kExitUsage);
}

TEST_F(CommandLine, UndoesEitherByIdOrByRuleAndTime) {
  for (const std::vector<std::string>& wrong : {std::vector<std::string>{"actions", "undo"},
                                                {"actions", "undo", "--rule", "r1"},
                                                {"actions", "undo", "0011", "--host", "h"}})
    EXPECT_EQ(ask(wrong).code, cli::kExitUsage);
}

TEST_F(CommandLine, DecidesOnTheOneActionThatAPrefixNames) {
  control.put(sample_action(kSampleId));
  control.put(sample_action("0011ffffffffffffffffffffffffffff"));
  EXPECT_EQ(ask({"actions", "approve", "0011"}).code, cli::kExitConflict) << "two begin so";
  const Told approved = ask({"actions", "approve", "00112233", "--comment", "seen"});
  EXPECT_EQ(approved.code, cli::kExitOk) << approved.err;
  EXPECT_EQ(approved.out, "001122334455 is queued\n");
  EXPECT_EQ(control.stored(ActionId(kSampleId))->detail, "seen");
  EXPECT_EQ(ask({"actions", "reject", "0011ffff"}).out, "0011ffffffff is cancelled\n");
  EXPECT_EQ(ask({"actions", "cancel", "0011ffff"}).code, cli::kExitConflict) << "it is closed";
}

TEST_F(CommandLine, TrustsNoPrefixWhenThereAreMoreActionsThanItCanSee) {
  for (int i = 0; i < 1001; ++i) {
    std::string id = std::to_string(i);
    control.put(sample_action("abcd" + std::string(28 - id.size(), '0') + id));
  }
  Action hidden = sample_action(kSampleId);
  control.put(hidden);
  const Told refused = ask({"actions", "approve", "0011"});
  EXPECT_EQ(refused.code, cli::kExitConflict);
  EXPECT_THAT(refused.err, HasSubstr("write its whole id"));
  EXPECT_EQ(ask({"actions", "approve", kSampleId}).code, cli::kExitOk);
}

TEST_F(CommandLine, GivesEachFailureItsExitCode) {
  control.put(sample_action(kSampleId));
  EXPECT_EQ(ask({"actions", "show", "beef"}).code, cli::kExitNotFound);
  EXPECT_EQ(ask({"actions", "show", "no-id"}).code, cli::kExitNotFound);
  EXPECT_EQ(ask({"actions", "show", std::string(32, '0')}).code, cli::kExitNotFound);
  EXPECT_EQ(ask({"actions", "approve", kSampleId}, none_token).code, cli::kExitDenied);
  EXPECT_EQ(ask({"actions", "list"}, new_token()).code, cli::kExitDenied);
  EXPECT_EQ(ask({"actions", "list", "--state", "bogus"}).code, cli::kExitRefused);
  EXPECT_EQ(ask({"actions", "cancel", kSampleId}).code, cli::kExitOk);
  EXPECT_EQ(ask({"actions", "approve", kSampleId}).code, cli::kExitConflict);
  control.failure = Error{Errc::corrupt, "bad bytes", {}};
  EXPECT_EQ(ask({"actions", "list"}).code, cli::kExitRefused);
  control.failure = Error{Errc::unavailable, "the engine is stopping", {}};
  EXPECT_EQ(ask({"actions", "list"}).code, cli::kExitUnreachable);
  server->stop();
  const Told stopped = ask({"actions", "list"});
  EXPECT_EQ(stopped.code, cli::kExitUnreachable);
  EXPECT_THAT(stopped.err, HasSubstr("is the engine running? riposte run --config FILE"));
}

TEST_F(CommandLine, SubmitsAProcessAction) {
  const Told submitted = ask({"actions", "submit", "kill_process", "--pid", "4711", "--start",
                              "2026-03-01T11:59:00Z", "--host", "web-1", "--comment", "miner"});
  EXPECT_EQ(submitted.code, cli::kExitOk) << submitted.err;
  EXPECT_THAT(submitted.out,
              AllOf(HasSubstr(" is pending_approval\n"), HasSubstr("riposte actions approve ")));
  ASSERT_EQ(control.submissions().size(), 1U);
  EXPECT_EQ(control.submissions()[0].parameters,
            (Parameters{{"pid", std::string("4711")}, {"start", std::string("2026-03-01T11:59:00Z")}}));
  EXPECT_EQ(control.submissions()[0].host, "web-1");
  EXPECT_GE(control.submissions()[0].request_id.size(), 8U);
}

TEST_F(CommandLine, SubmitsAScriptWithItsParameters) {
  EXPECT_EQ(ask({"actions", "submit", "run_script", "--script", "notify", "--param", "text=a=b", "--param",
                 "n=3", "--request-id", "t-1"})
                .code,
            cli::kExitOk);
  ASSERT_EQ(control.submissions().size(), 1U);
  EXPECT_EQ(
      control.submissions()[0].parameters,
      (Parameters{{"n", std::string("3")}, {"script", std::string("notify")}, {"text", std::string("a=b")}}));
  EXPECT_EQ(control.submissions()[0].request_id, "t-1");
}

TEST_F(CommandLine, PreviewsTheExactCommand) {
  const Told preview = ask({"actions", "submit", "kill_process", "--pid", "4711", "--preview"});
  EXPECT_EQ(preview.code, cli::kExitOk) << preview.err;
  EXPECT_EQ(preview.out, R"(would do     what would be done
target       process 4711
host         here
argv         "/opt/run me"  "--now"
stdin        {"a":1}\n
approval by  a second person
because      a destructive type
note         the process is gone
nothing was submitted
)");
  EXPECT_THAT(control.submissions(), IsEmpty());
}

TEST_F(CommandLine, TellsHowToAskAgainWhenTheAnswerIsLost) {
  control.failure = Error{Errc::unavailable, "the engine did not answer in time", {}};
  const Told lost = ask({"actions", "submit", "run_script", "--script", "x", "--request-id", "t-9"});
  EXPECT_EQ(lost.code, cli::kExitUnreachable);
  EXPECT_THAT(lost.err, HasSubstr("asking again with '--request-id t-9' never makes a second action"));
}

TEST_F(CommandLine, RefusesParametersThatSayNothingOrTwoThings) {
  for (const std::vector<std::string>& wrong : {std::vector<std::string>{"--param", "novalue"},
                                                {"--param", "=x"},
                                                {"--param", "a=1", "--param", "a=2"},
                                                {"--pid", "1", "--param", "pid=2"}}) {
    std::vector<std::string> arguments{"actions", "submit", "kill_process"};
    arguments.insert(arguments.end(), wrong.begin(), wrong.end());
    EXPECT_EQ(ask(arguments).code, cli::kExitUsage) << wrong.back();
  }
  EXPECT_THAT(control.submissions(), IsEmpty());
}

TEST_F(CommandLine, ShowsTheAuditOfAllActions) {
  EXPECT_EQ(ask({"audit"}).out, "no audit records\n");
  AuditRecord record;
  record.action = ActionId(kSampleId);
  record.at = control.now;
  record.event = "started";
  record.from = State::queued;
  record.to = State::executing;
  control.put(record);
  EXPECT_EQ(ask({"audit"}).out,
            "TIME                  ACTION        EVENT    STATE               BY      DETAIL\n"
            "2026-03-01 12:00:00Z  001122334455  started  queued > executing  engine\n");
}

}  // namespace
}  // namespace riposte
