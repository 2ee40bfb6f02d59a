#include "tests/unit/cli/cli_fixture.h"

namespace riposte {
namespace {

using testing::HasSubstr;

class AgentCommands : public CommandLine {};

TEST_F(AgentCommands, ShowWhoIsThere) {
  const Told told = ask({"agents", "list"}, read_token);
  EXPECT_EQ(told.code, 0) << told.err;
  EXPECT_THAT(told.out, HasSubstr("web01"));
  EXPECT_THAT(told.out, HasSubstr("connected"));
  EXPECT_THAT(told.out, HasSubstr("2026-03-01 13:00:00Z"));
}

TEST_F(AgentCommands, PrintATokenOnce) {
  const Told told = ask({"agents", "enroll", "db01", "--valid", "30m"}, root_token);
  EXPECT_EQ(told.out, "token   rpa_secret.hash\nname    db01\nexpires 2026-03-01 12:30:00Z\n");
  EXPECT_EQ(ask({"agents", "enroll", "db01"}, all_token).code, cli::kExitDenied);
}

TEST_F(AgentCommands, SendOneAway) {
  const Told told = ask({"agents", "revoke", "web01", "--comment", "stolen"}, root_token);
  EXPECT_EQ(told.code, 0) << told.err;
  EXPECT_THAT(told.out, HasSubstr("revoked"));
  EXPECT_THAT(told.out, HasSubstr("stolen"));
}

TEST_F(AgentCommands, PrintNothingButTheOrderThatIsCarried) {
  const std::string id(32, 'a');
  const Told told = ask({"agents", "carry", id}, all_token);
  EXPECT_EQ(told.code, 0) << told.err;
  EXPECT_EQ(told.out, "c0ffee\n");
}

}  // namespace
}  // namespace riposte
