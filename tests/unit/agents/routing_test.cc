#include "connectors/agents/routing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/action_builder.h"

namespace riposte::agents {
namespace {

using namespace test;
using testing::HasSubstr;

AgentEntry named(const std::string& machine_id, const std::string& name,
                 std::vector<std::string> aliases = {}) {
  AgentEntry entry;
  entry.machine_id = machine_id;
  entry.name = name;
  entry.aliases = std::move(aliases);
  return entry;
}

ActionRequest meant_for(const std::string& host, const std::string& host_id = "") {
  ActionRequest request = some_request();
  request.host = host;
  request.host_id = host_id;
  return request;
}

const Routing kRouting({named("m-1", "web01", {"001"}), named("m-2", "db01.example.org"),
                        named("m-3", "mail.example.org"), named("m-4", "mail.example.com")});

std::string found(const ActionRequest& request, const Routing& routing = kRouting) {
  const auto meant = routing.find(request);
  return meant.entry == nullptr ? meant.why : meant.entry->machine_id;
}

TEST(Routing, TakesTheIdBeforeTheName) {
  EXPECT_EQ(found(meant_for("web01", "m-2")), "m-2");
  EXPECT_EQ(found(meant_for("db01.example.org", "001")), "m-1") << "an alias is as good as an id";
  EXPECT_EQ(found(meant_for("web01", "never heard of")), "m-1");
}

TEST(Routing, KnowsNamesWhateverTheirCase) { EXPECT_EQ(found(meant_for("WEB01")), "m-1"); }

TEST(Routing, LeavesTheDomainAwayWhereOneOfTheTwoHasNone) {
  EXPECT_EQ(found(meant_for("web01.example.org")), "m-1");
  EXPECT_EQ(found(meant_for("DB01")), "m-2");
  EXPECT_EQ(found(meant_for("db01.example.com")), "") << "another host in another domain";
}

TEST(Routing, MeansNobodyWhereTwoCouldBeMeantAndNamesBoth) {
  const std::string why = found(meant_for("mail"));
  EXPECT_THAT(why, HasSubstr("mail.example.org (m-3)"));
  EXPECT_THAT(why, HasSubstr("mail.example.com (m-4)"));
  EXPECT_EQ(found(meant_for("mail.example.org")), "m-3") << "the whole name is one host's";
  const Routing twins({named("m-1", "web01"), named("m-2", "WEB01")});
  EXPECT_THAT(found(meant_for("web01"), twins), HasSubstr("the name of two agents"));
}

TEST(Routing, CutsNoAddressesAtTheirDots) {
  const Routing routing({named("m-1", "10.0.0.1")});
  EXPECT_EQ(found(meant_for("10.0.0.1"), routing), "m-1");
  EXPECT_EQ(found(meant_for("10"), routing), "");
  EXPECT_EQ(found(meant_for("10.9.9.9"), routing), "");
}

TEST(Routing, GoesToTheAgentThatATemplateNames) {
  ActionRequest request = meant_for("db01", "m-2");
  request.execute_from = {ExecuteFrom::Place::agent, "web01"};
  EXPECT_EQ(found(request), "m-1");
}

TEST(Routing, ForgetsWhoeverWasRevoked) {
  AgentEntry gone = named("m-1", "web01");
  gone.revoked_at = kNoon;
  const Routing routing({gone, named("m-2", "web01")});
  EXPECT_EQ(found(meant_for("web01"), routing), "m-2");
  EXPECT_EQ(routing.find_machine("m-1"), nullptr);
}

}  // namespace
}  // namespace riposte::agents
