#include "engine/lifecycle/execute_from.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace riposte {
namespace {

using testing::HasSubstr;

TEST(ExecuteFrom, ReadsBackWhatItWrites) {
  for (const char* text : {"host", "engine", "agent:web-1", "agent:web-1.example_net"})
    EXPECT_EQ(text_of(*parse_execute_from(text)), text);
  for (const char* text : {"", "Host", "agent:", "agent:a b", "agent:a/../b", "agents:web-1", "agent:a:b"})
    EXPECT_THAT(parse_execute_from(text).error().what, HasSubstr("write host, engine or agent:NAME")) << text;
  EXPECT_FALSE(parse_execute_from("agent:" + std::string(kAgentNameMax + 1, 'a')));
}

TEST(ExecuteFrom, IsTheHostForWhatActsOnOne) {
  for (const ActionTypeSpec& type : action_types()) {
    const bool local = type.target == TargetKind::none || type.target == TargetKind::user;
    EXPECT_EQ(text_of(usual_place_of(type.type)), local ? "engine" : "host") << type.name;
  }
}

TEST(ExecuteFrom, IsRefusedForWhatCannotBeCarriedOutFromThere) {
  ActionCatalogue actions;
  const auto refusal = [&](ActionType type, const char* from) {
    const auto may = may_execute_from(type, *parse_execute_from(from), actions);
    return may ? "" : may.error().what;
  };
  EXPECT_EQ(refusal(ActionType::run_script, "agent:web-1"),
            "run_script is executed from the engine only; leave 'execute_from' out");
  EXPECT_EQ(refusal(ActionType::run_script, "host"),
            "run_script is executed from the engine only; leave 'execute_from' out");
  EXPECT_EQ(refusal(ActionType::run_script, "engine"), "");
  EXPECT_EQ(refusal(ActionType::kill_process, "host"), "");
  EXPECT_EQ(refusal(ActionType::block_ip, "engine"), "");
  EXPECT_EQ(refusal(ActionType::kill_process, "agent:web-1"),
            "nothing here reaches agents, so kill_process cannot be executed from agent:web-1; leave "
            "'execute_from' out");
  actions.agents = true;
  EXPECT_EQ(refusal(ActionType::kill_process, "agent:web-1"), "");
}

}  // namespace
}  // namespace riposte
