#include "engine/cli/command_line.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "engine/cli/exit_code.h"
#include "engine/cli/token_file.h"
#include "tests/support/api_fixture.h"

namespace riposte {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

struct Outcome {
  int code = -1;
  std::string out;
  std::string err;
};

class CommandLine : public ApiFixture {
 protected:
  cli::EngineCommands engine{[this](const cli::RunOptions& options) {
                               ran = options;
                               return 0;
                             },
                             [this](const cli::CheckOptions& options) {
                               checked = options;
                               return 1;
                             }};
  std::optional<cli::RunOptions> ran;
  std::optional<cli::CheckOptions> checked;
  std::filesystem::path folder;

  void SetUp() override {
    ApiFixture::SetUp();
    std::string pattern = testing::TempDir() + "riposte-cli-XXXXXX";
    folder = ::mkdtemp(pattern.data());
  }
  void TearDown() override { std::filesystem::remove_all(folder); }

  std::string file_with(const std::string& name, const std::string& text, mode_t mode = 0600) {
    const std::string path = folder / name;
    std::ofstream(path) << text;
    ::chmod(path.c_str(), mode);
    return path;
  }

  Outcome run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "riposte");
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    Outcome outcome;
    outcome.code = cli::run_command_line(static_cast<int>(argv.size()), argv.data(), engine);
    outcome.out = testing::internal::GetCapturedStdout();
    outcome.err = testing::internal::GetCapturedStderr();
    return outcome;
  }

  /// As alice, against the server under test.
  Outcome ask(std::vector<std::string> arguments, const std::string& token = "") {
    arguments.insert(arguments.end(),
                     {"--url", "http://127.0.0.1:" + std::to_string(server->port()), "--token-file",
                      file_with("token", (token.empty() ? all_token : token) + "\n")});
    return run(std::move(arguments));
  }
};

TEST_F(CommandLine, ListsActionsAsATable) {
  control.put(sample_action(kSampleId));
  Action done = sample_action("ffeeddccbbaa99887766554433221100");
  done.state = State::completed;
  done.verification = Verification::passed;
  done.submitter = {Actor::Kind::rule, "2c8f-uuid"};
  done.cause.rule_title = "Crypto miner";
  done.created_at += std::chrono::seconds(1);
  control.put(done);
  const Outcome listed = ask({"actions", "list"});
  EXPECT_EQ(listed.code, cli::kExitOk) << listed.err;
  EXPECT_EQ(listed.out,
            "ID            CREATED               STATE                ACTION        TARGET        HOST   BY\n"
            "ffeeddccbbaa  2026-03-01 11:59:31Z  completed, verified  kill_process  process 4711  web-1  rule Crypto miner\n"
            "001122334455  2026-03-01 11:59:30Z  pending_approval     kill_process  process 4711  web-1  carol\n");
}

TEST_F(CommandLine, SaysSoWhenThereAreNoActions) {
  const Outcome listed = ask({"actions", "list", "--state", "failed", "--host", "a b&c"});
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
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 110U + 2 * 2) << line;  // "…" has three bytes
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
  const Outcome shown = ask({"actions", "show", kSampleId.substr(0, 6)});
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

TEST_F(CommandLine, PrintsTheApisDocumentAsJson) {
  control.put(sample_action(kSampleId));
  const auto action = nlohmann::json::parse(ask({"actions", "show", kSampleId, "--json"}).out);
  EXPECT_EQ(action["parameters"]["pid"], 4711);
  const auto page = nlohmann::json::parse(ask({"actions", "list", "--json"}).out);
  EXPECT_EQ(page["actions"][0], action);
  EXPECT_TRUE(nlohmann::json::parse(ask({"audit", "--json"}).out).contains("records"));
  EXPECT_EQ(nlohmann::json::parse(ask({"actions", "approve", kSampleId, "--json"}).out)["state"], "queued");
}

TEST_F(CommandLine, DecidesOnTheOneActionThatAPrefixNames) {
  control.put(sample_action(kSampleId));
  control.put(sample_action("0011ffffffffffffffffffffffffffff"));
  EXPECT_EQ(ask({"actions", "approve", "0011"}).code, cli::kExitConflict) << "two begin so";
  const Outcome approved = ask({"actions", "approve", "00112233", "--comment", "seen"});
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
  const Outcome refused = ask({"actions", "approve", "0011"});
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
  const Outcome stopped = ask({"actions", "list"});
  EXPECT_EQ(stopped.code, cli::kExitUnreachable);
  EXPECT_THAT(stopped.err, HasSubstr("is the engine running? riposte run --config FILE"));
}

TEST_F(CommandLine, SubmitsAProcessAction) {
  const Outcome submitted = ask({"actions", "submit", "kill_process", "--pid", "4711", "--start",
                                 "2026-03-01T11:59:00Z", "--host", "web-1", "--comment", "miner"});
  EXPECT_EQ(submitted.code, cli::kExitOk) << submitted.err;
  EXPECT_THAT(submitted.out, AllOf(HasSubstr(" is pending_approval\n"), HasSubstr("riposte actions approve ")));
  ASSERT_EQ(control.submissions().size(), 1U);
  EXPECT_EQ(control.submissions()[0].parameters,
            (Parameters{{"pid", std::string("4711")}, {"start", std::string("2026-03-01T11:59:00Z")}}));
  EXPECT_EQ(control.submissions()[0].host, "web-1");
  EXPECT_GE(control.submissions()[0].request_id.size(), 8U);
}

TEST_F(CommandLine, SubmitsAScriptWithItsParameters) {
  EXPECT_EQ(ask({"actions", "submit", "run_script", "--script", "notify", "--param", "text=a=b", "--param", "n=3",
                 "--request-id", "t-1"}).code,
            cli::kExitOk);
  ASSERT_EQ(control.submissions().size(), 1U);
  EXPECT_EQ(control.submissions()[0].parameters,
            (Parameters{{"n", std::string("3")}, {"script", std::string("notify")}, {"text", std::string("a=b")}}));
  EXPECT_EQ(control.submissions()[0].request_id, "t-1");
}

TEST_F(CommandLine, PreviewsTheExactCommand) {
  const Outcome preview = ask({"actions", "submit", "kill_process", "--pid", "4711", "--preview"});
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
  const Outcome lost = ask({"actions", "submit", "run_script", "--script", "x", "--request-id", "t-9"});
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

TEST_F(CommandLine, RefusesATokenFileThatOthersMayRead) {
  const std::string path = file_with("open-token", all_token, 0640);
  const Outcome refused = run({"actions", "list", "--token-file", path});
  EXPECT_EQ(refused.code, cli::kExitUsage);
  EXPECT_THAT(refused.err, HasSubstr("chmod 600 '" + path + "'"));
}

TEST_F(CommandLine, SaysHowToGetATokenWhenThereIsNone) {
  const Outcome refused = run({"actions", "list", "--token-file", folder / "nothing"});
  EXPECT_EQ(refused.code, cli::kExitUsage);
  EXPECT_THAT(refused.err, HasSubstr("'riposte token new' makes one"));
}

TEST_F(CommandLine, TakesNoTokenOnTheCommandLine) {
  EXPECT_EQ(run({"actions", "list", "--token", all_token}).code, cli::kExitUsage);
}

TEST_F(CommandLine, CallsNoOtherMachine) {
  const Outcome refused = run({"actions", "list", "--url", "http://192.0.2.1:7878", "--token-file",
                               file_with("token", all_token)});
  EXPECT_EQ(refused.code, cli::kExitUsage);
  EXPECT_THAT(refused.err, HasSubstr("ssh -L"));
}

TEST_F(CommandLine, MakesATokenAndItsHash) {
  const Outcome made = run({"token", "new"});
  EXPECT_EQ(made.code, cli::kExitOk);
  ASSERT_THAT(made.out, StartsWith("token rpt_"));
  const std::string token = made.out.substr(6, made.out.find('\n') - 6);
  EXPECT_EQ(made.out, "token " + token + "\nhash  " + token_hash(token) + "\n");
}

TEST_F(CommandLine, PrintsItsVersion) {
  EXPECT_EQ(run({"version"}).out, "riposte " RIPOSTE_VERSION "\n");
  EXPECT_EQ(run({"--version"}).out, "riposte " RIPOSTE_VERSION "\n");
}

TEST_F(CommandLine, HandsRunAndCheckToTheEngine) {
  EXPECT_EQ(run({"run", "--config", "r.yaml"}).code, 0);
  ASSERT_TRUE(ran);
  EXPECT_EQ(ran->config_path, "r.yaml");
  EXPECT_EQ(run({"check", "--config", "r.yaml", "--json", "a", "b"}).code, 1);
  ASSERT_TRUE(checked);
  EXPECT_EQ(checked->paths, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(checked->config_path, "r.yaml");
  EXPECT_TRUE(checked->json);
}

TEST_F(CommandLine, CallsWrongUsageWrongUsage) {
  for (const std::vector<std::string>& wrong :
       {std::vector<std::string>{}, {"acions"}, {"actions"}, {"actions", "lst"}, {"actions", "show"}, {"run"}, {"check"},
        {"token"}, {"actions", "list", "--limit", "many"}, {"version", "extra"}}) {
    const Outcome refused = run(wrong);
    EXPECT_EQ(refused.code, cli::kExitUsage) << testing::PrintToString(wrong);
    EXPECT_NE(refused.err, "") << testing::PrintToString(wrong);
  }
  EXPECT_FALSE(ran);
  EXPECT_FALSE(checked);
}

TEST_F(CommandLine, EveryHelpTextCarriesExamples) {
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{}, {"run"}, {"check"}, {"actions"}, {"actions", "list"}, {"actions", "show"},
        {"actions", "submit"}, {"actions", "approve"}, {"actions", "reject"}, {"actions", "cancel"}, {"audit"},
        {"token"}, {"token", "new"}, {"version"}}) {
    std::vector<std::string> arguments = command;
    arguments.emplace_back("--help");
    const Outcome help = run(arguments);
    EXPECT_EQ(help.code, cli::kExitOk);
    EXPECT_THAT(help.out, HasSubstr("Examples:\n  riposte ")) << testing::PrintToString(command);
  }
}

TEST_F(CommandLine, LooksForTheTokenInTheUsersConfiguration) {
  ::setenv("XDG_CONFIG_HOME", folder.c_str(), 1);  // NOLINT(concurrency-mt-unsafe): no other thread reads it
  EXPECT_EQ(cli::default_token_file(), (folder / "riposte/token").string());
  ::unsetenv("XDG_CONFIG_HOME");  // NOLINT(concurrency-mt-unsafe)
  ::setenv("HOME", "/home/x", 1);  // NOLINT(concurrency-mt-unsafe)
  EXPECT_EQ(cli::default_token_file(), "/home/x/.config/riposte/token");
}

TEST_F(CommandLine, ReadsNoTokenFromWhatIsNoFile) {
  EXPECT_EQ(cli::read_token_file(folder).error().code, Errc::invalid);
  EXPECT_EQ(cli::read_token_file(file_with("empty", " \n")).error().code, Errc::invalid);
  const std::string fifo = folder / "fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_EQ(cli::read_token_file(fifo).error().code, Errc::invalid);
  EXPECT_EQ(*cli::read_token_file(file_with("good", "rpt_x\r\n")), "rpt_x");
}

}  // namespace
}  // namespace riposte
