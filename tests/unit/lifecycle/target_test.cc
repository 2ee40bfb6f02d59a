#include "engine/lifecycle/target.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace riposte {
namespace {

TEST(Target, NamesWhatAnOrderIsAimedAt) {
  EXPECT_EQ(target_of(ActionType::kill_process, {{"pid", std::int64_t{4711}}}), "process 4711");
  EXPECT_EQ(target_of(ActionType::quarantine_file, {{"path", "/tmp/dropper"}}), "file /tmp/dropper");
  EXPECT_EQ(target_of(ActionType::block_ip, {{"address", "203.0.113.9"}}), "address 203.0.113.9");
  EXPECT_EQ(target_of(ActionType::disable_account, {{"user", "ada"}}), "user ada");
  EXPECT_EQ(target_of(ActionType::isolate_host, {{"keep", "192.0.2.1"}}), "host");
  EXPECT_EQ(target_of(ActionType::run_script, {{"script", "notify"}}), "script notify");
  EXPECT_EQ(target_of(ActionType::collect_forensics, {}), "collect_forensics");
  EXPECT_EQ(target_of(ActionType::block_ip, {}), "") << "nothing is named yet";
}

TEST(Target, OfOneFileIsOneHoweverItsPathIsWritten) {
  for (const char* path : {"/tmp/x", "/tmp//x", "/tmp/./x", "/tmp/x/", "//tmp/x"})
    EXPECT_EQ(target_of(ActionType::quarantine_file, {{"path", path}}), "file /tmp/x") << path;
}

TEST(Target, IsThatOfTheInverseOrder) {
  const Parameters parameters{
      {"pid", std::int64_t{5}}, {"path", "/tmp/x"}, {"address", "::1"}, {"user", "ada"}};
  for (const ActionTypeSpec& type : action_types()) {
    const ActionType inverse = type.undo.value_or(type.type);
    EXPECT_EQ(target_of(type.type, parameters), target_of(inverse, parameters)) << type.name;
  }
}

TEST(Target, IsNamedByAParameterThatTheTypeNeeds) {
  for (const ActionTypeSpec& type : action_types()) {
    const std::string_view named = target_spec_of(type.type).parameter;
    if (named.empty()) continue;
    const auto specs = parameters_of(type.type);
    const auto spec = std::ranges::find(specs, named, &ParameterSpec::name);
    ASSERT_NE(spec, specs.end()) << type.name;
    EXPECT_TRUE(spec->required) << type.name;
  }
}

}  // namespace
}  // namespace riposte
