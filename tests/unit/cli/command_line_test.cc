#include "engine/cli/command_line.h"

#include "engine/cli/token_file.h"
#include "tests/unit/cli/cli_fixture.h"

namespace riposte {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST_F(CommandLine, RefusesATokenFileThatOthersMayRead) {
  const std::string path = file_with("open-token", all_token, 0640);
  const Told refused = run({"actions", "list", "--token-file", path});
  EXPECT_EQ(refused.code, cli::kExitUsage);
  EXPECT_THAT(refused.err, HasSubstr("chmod 600 '" + path + "'"));
}

TEST_F(CommandLine, SaysHowToGetATokenWhenThereIsNone) {
  const Told refused = run({"actions", "list", "--token-file", folder / "nothing"});
  EXPECT_EQ(refused.code, cli::kExitUsage);
  EXPECT_THAT(refused.err, HasSubstr("'riposte token new' makes one"));
}

TEST_F(CommandLine, TakesNoTokenOnTheCommandLine) {
  EXPECT_EQ(run({"actions", "list", "--token", all_token}).code, cli::kExitUsage);
}

TEST_F(CommandLine, CallsNoOtherMachine) {
  const Told refused = run(
      {"actions", "list", "--url", "http://192.0.2.1:7878", "--token-file", file_with("token", all_token)});
  EXPECT_EQ(refused.code, cli::kExitUsage);
  EXPECT_THAT(refused.err, HasSubstr("ssh -L"));
}

TEST_F(CommandLine, MakesATokenAndItsHash) {
  const Told made = run({"token", "new"});
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

TEST_F(CommandLine, HandsEventsAndSecondsToTheBenchAndRefusesANegativeTime) {
  std::optional<cli::BenchOptions> benched;
  engine.bench = [&](const cli::BenchOptions& options) {
    benched = options;
    return 0;
  };
  EXPECT_EQ(run({"bench", "--rules", "r", "--seconds", "2.5", "--json", "--ignore-logsource", "a", "-"}).code,
            0);
  ASSERT_TRUE(benched);
  EXPECT_EQ(benched->events, (std::vector<std::string>{"a", "-"}));
  EXPECT_DOUBLE_EQ(benched->seconds, 2.5);
  EXPECT_TRUE(benched->json);
  EXPECT_TRUE(benched->rules.ignore_logsource);
  EXPECT_EQ(run({"bench", "--rules", "r", "--seconds", "-1", "a"}).code, cli::kExitUsage);
  EXPECT_EQ(run({"bench", "--rules", "r"}).code, cli::kExitUsage);
}

TEST_F(CommandLine, HandsTheEventsToTheSchemasThatWereNamed) {
  EXPECT_EQ(run({"schema", "detect", "-"}).code, 1);
  ASSERT_TRUE(detected);
  EXPECT_EQ(detected->events, "-");
  EXPECT_EQ(detected->schemas, std::vector<std::string>{"auto"});
  EXPECT_FALSE(detected->json);
  EXPECT_EQ(run({"schema", "detect", "--schema", "a.yaml", "--schema", "auto", "--json", "events"}).code, 1);
  EXPECT_EQ(detected->events, "events");
  EXPECT_EQ(detected->schemas, (std::vector<std::string>{"a.yaml", "auto"}));
  EXPECT_TRUE(detected->json);
  EXPECT_EQ(run({"schema", "detect"}).code, cli::kExitUsage);
}

TEST_F(CommandLine, HandsThePastToReplay) {
  EXPECT_EQ(
      run({"replay", "--config", "r.yaml", "--against", "new", "--against", "more", "a", "-", "--json"}).code,
      1);
  ASSERT_TRUE(replayed);
  EXPECT_EQ(replayed->rules.config_path, "r.yaml");
  EXPECT_EQ(replayed->events, (std::vector<std::string>{"a", "-"}));
  EXPECT_EQ(replayed->against, (std::vector<std::string>{"new", "more"}));
  EXPECT_TRUE(replayed->json);
  EXPECT_EQ(run({"replay", "--config", "r.yaml", "--from-kafka", "t", "--from", "5", "--to", "9"}).code, 1);
  EXPECT_EQ(replayed->topic, "t");
  EXPECT_EQ(replayed->from, "5");
  EXPECT_EQ(replayed->to, "9");
}

TEST_F(CommandLine, ReplaysEitherFilesOrAPartOfATopic) {
  for (const std::vector<std::string>& wrong :
       {std::vector<std::string>{"replay", "--config", "r.yaml"},
        {"replay", "events"},
        {"replay", "--config", "r.yaml", "events", "--from-kafka", "t"},
        {"replay", "--config", "r.yaml", "events", "--from", "5"},
        {"replay", "--config", "r.yaml", "events", "--to", "5"}})
    EXPECT_EQ(run(wrong).code, cli::kExitUsage) << testing::PrintToString(wrong);
  EXPECT_FALSE(replayed);
}

TEST_F(CommandLine, CallsWrongUsageWrongUsage) {
  for (const std::vector<std::string>& wrong : {std::vector<std::string>{},
                                                {"acions"},
                                                {"actions"},
                                                {"actions", "lst"},
                                                {"actions", "show"},
                                                {"run"},
                                                {"check"},
                                                {"token"},
                                                {"actions", "list", "--limit", "many"},
                                                {"version", "extra"}}) {
    const Told refused = run(wrong);
    EXPECT_EQ(refused.code, cli::kExitUsage) << testing::PrintToString(wrong);
    EXPECT_NE(refused.err, "") << testing::PrintToString(wrong);
  }
  EXPECT_FALSE(ran);
  EXPECT_FALSE(checked);
}

TEST_F(CommandLine, EveryHelpTextCarriesExamples) {
  for (const std::vector<std::string>& command : {std::vector<std::string>{},
                                                  {"run"},
                                                  {"check"},
                                                  {"replay"},
                                                  {"actions"},
                                                  {"actions", "list"},
                                                  {"actions", "show"},
                                                  {"actions", "submit"},
                                                  {"actions", "approve"},
                                                  {"actions", "reject"},
                                                  {"actions", "cancel"},
                                                  {"audit"},
                                                  {"token"},
                                                  {"token", "new"},
                                                  {"version"}}) {
    std::vector<std::string> arguments = command;
    arguments.emplace_back("--help");
    const Told help = run(arguments);
    EXPECT_EQ(help.code, cli::kExitOk);
    EXPECT_THAT(help.out, HasSubstr("Examples:\n  riposte ")) << testing::PrintToString(command);
  }
}

TEST_F(CommandLine, LooksForTheTokenInTheUsersConfiguration) {
  ::setenv("XDG_CONFIG_HOME", folder.c_str(), 1);  // NOLINT(concurrency-mt-unsafe): no other thread reads it
  EXPECT_EQ(cli::default_token_file(), (folder / "riposte/token").string());
  ::unsetenv("XDG_CONFIG_HOME");   // NOLINT(concurrency-mt-unsafe)
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
