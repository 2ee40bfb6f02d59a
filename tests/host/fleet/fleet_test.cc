#include <algorithm>
#include <csignal>
#include <fstream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/host/fleet/lab_fleet.h"
#include "tests/support/lab_talk.h"

namespace riposte::test {
namespace {

namespace fs = std::filesystem;

class Fleet : public ::testing::Test, public LabFleet {};

TEST_F(Fleet, AProcessIsKilledOnItsOwnHostAndProvedDead) {
  start_all();
  const std::int32_t worm = sleeper(web_);
  const std::int32_t innocent = sleeper(db_);
  detect_process("kill_process", web_, worm);
  await("kill_process", web_, "completed");
  EXPECT_EQ(state_of(web_, worm), '-');
  EXPECT_EQ(state_of(db_, innocent), 'S');
}

TEST_F(Fleet, ASuspendedProcessRunsAgainWhenAPersonTakesItBack) {
  start_all();
  const std::int32_t reader = sleeper(db_);
  detect_process("suspend_process", db_, reader);
  const std::string id = await("suspend_process", db_, "completed");
  EXPECT_EQ(state_of(db_, reader), 'T');
  undo(id);
  await("resume_process", db_, "completed");
  EXPECT_EQ(state_of(db_, reader), 'S');
}

TEST_F(Fleet, AQuarantinedFileComesBackAsItWas) {
  start_all();
  const fs::path file = web_.folder / "dropper";
  web_.host.output_of({"sh", "-c", fmt::format("printf worm > {0} && chmod 4750 {0}", file.string())});
  const std::string before = web_.host.output_of({"stat", "-c", "%a %u %g %s %Y", file});
  detect("quarantine_file", web_, {{"file", {{"path", file.string()}}}});
  const std::string id = await("quarantine_file", web_, "completed");
  EXPECT_FALSE(fs::exists(file));
  undo(id);
  await("restore_file", web_, "completed");
  EXPECT_EQ(web_.host.output_of({"stat", "-c", "%a %u %g %s %Y", file}), before);
  EXPECT_EQ(web_.host.output_of({"cat", file}), "worm");
}

TEST_F(Fleet, AProgramThatRemovedItselfIsTakenInFromItsProcess) {
  start_all();
  const std::string path = web_.folder / "dropper";
  const std::string script =
      "cp /bin/sleep $0; $0 600 >/dev/null 2>&1 & "
      "until [ \"$(readlink /proc/$!/exe)\" = $0 ]; do sleep 0.01; done; rm $0; echo $!";
  const std::int32_t pid = std::stoi(web_.host.output_of({"sh", "-c", script, path}));
  detect("recovery", web_, {{"process", {{"pid", pid}, {"executable", path + " (deleted)"}}}});
  const std::string id = await("quarantine_file", web_, "completed");
  EXPECT_TRUE(fs::exists(web_.folder / "state/vault" / (id + ".json")));
  EXPECT_EQ(state_of(web_, pid), 'S');
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(Fleet, ABlockedAddressIsCutOffWhileAllOthersAreNot) {
  start_all();
  const Listener door(ward_.host, lan_.v4(ward_.host));
  Conversation session(attacker_, door);
  ASSERT_EQ(session.talk(), Line::alive);
  detect("block_ip", ward_, {{"source", {{"ip", lan_.v4(attacker_)}}}});
  const std::string id = await("block_ip", ward_, "completed");
  EXPECT_EQ(knock(attacker_, door), Knock::silent);
  EXPECT_NE(session.server_end(), Line::alive) << "what was open is ended";
  EXPECT_EQ(knock(web_.host, door), Knock::answered);
  undo(id);
  await("unblock_ip", ward_, "completed");
  EXPECT_EQ(knock(attacker_, door), Knock::answered);
  EXPECT_EQ(ward_.host.output_of({"nft", "list", "tables"}), "");
}

TEST_F(Fleet, AnIsolatedHostTalksToItsEngineAloneUntilItIsReleased) {
  start_all();
  const Listener v4(db_.host, lan_.v4(db_.host));
  const Listener v6(db_.host, lan_.v6(db_.host));
  Conversation old_session(attacker_, v4);
  ASSERT_EQ(old_session.talk(), Line::alive);
  ASSERT_EQ(knock(attacker_, v6), Knock::answered);
  detect("isolate_host", db_, nlohmann::json::object());
  const std::string id = await("isolate_host", db_, "completed");
  EXPECT_EQ(knock(attacker_, v4), Knock::silent);
  EXPECT_EQ(knock(attacker_, v6), Knock::silent);
  EXPECT_NE(old_session.talk(), Line::alive);
  EXPECT_TRUE(all_connected()) << "the engine still leads it";
  undo(id);
  await("unisolate_host", db_, "completed");
  EXPECT_EQ(knock(attacker_, v4), Knock::answered);
  EXPECT_EQ(knock(attacker_, v6), Knock::answered);
  EXPECT_EQ(db_.host.output_of({"nft", "list", "tables"}), "");
}

TEST_F(Fleet, WhatIsForAHostThatIsAwayWaitsUntilItComes) {
  start_all();
  ward_.link.kill();
  ASSERT_TRUE(eventually([&] { return !all_connected(); }));
  detect("block_ip", ward_, {{"source", {{"ip", "198.51.100.7"}}}});
  detect("block_ip", web_, {{"source", {{"ip", "198.51.100.7"}}}});
  await("block_ip", web_, "completed");
  EXPECT_EQ(action("block_ip", ward_)->at("state"), "queued");
  start_link(ward_);
  await("block_ip", ward_, "completed");
}

TEST_F(Fleet, AReleaseIsCarriedByHandToAHostThatCannotBeReached) {
  start_all();
  const Listener door(db_.host, lan_.v4(db_.host));
  detect("isolate_host", db_, nlohmann::json::object());
  const std::string id = await("isolate_host", db_, "completed");
  db_.link.kill();
  ASSERT_TRUE(eventually([&] { return !all_connected(); }));
  undo(id);
  const std::string release = action("unisolate_host", db_)->at("id");
  std::ofstream(db_.folder / "release.order") << riposte("alice", {"agents", "carry", release});
  const std::vector<std::string> apply{RIPOSTE_HANDS_PROGRAM, "--socket", db_.folder / "hands.sock", "apply",
                                       db_.folder / "release.order"};
  EXPECT_THAT(db_.host.output_of(apply), ::testing::HasSubstr("ok"));
  EXPECT_EQ(knock(attacker_, door), Knock::answered);
  EXPECT_EQ(action("unisolate_host", db_)->at("state"), "queued") << "the engine does not know yet";
  start_link(db_);
  await("unisolate_host", db_, "completed");
}

/// The network program is well, and so is its connection; what it hands over is taken by nobody.
TEST_F(Fleet, AHostWhoseHandsStandStillIsAwayUntilTheyGoOn) {
  start_all();
  const auto block = [&](const Server& server, const std::string& address) {
    detect("block_ip", server, {{"source", {{"ip", address}}}});
  };
  ward_.hands.signal(SIGSTOP);
  block(ward_, "198.51.100.7");
  EXPECT_TRUE(eventually([&] {
    const auto given = action("block_ip", ward_);
    return given && given->at("state") == "executing";
  })) << logs();
  const std::string first = action("block_ip", ward_)->at("id");
  ASSERT_TRUE(eventually([&] { return !all_connected(); }, std::chrono::seconds(60))) << logs();
  block(ward_, "198.51.100.8");
  block(web_, "198.51.100.8");
  await("block_ip", web_, "completed");
  const auto second = action("block_ip", ward_);
  ASSERT_NE(second->at("id"), first);
  EXPECT_EQ(second->at("state"), "queued");

  ward_.hands.signal(SIGCONT);
  ASSERT_TRUE(eventually([&] { return all_connected(); })) << logs();
  await("block_ip", ward_, "completed");
  EXPECT_TRUE(eventually([&] {
    return std::ranges::all_of(actions(),
                               [](const auto& action) { return action.at("state") == "completed"; });
  })) << logs();
  const std::string rules = ward_.host.output_of({"nft", "list", "ruleset"});
  EXPECT_NE(rules.find("198.51.100.7"), std::string::npos) << rules;
  EXPECT_NE(rules.find("198.51.100.8"), std::string::npos) << rules;
  ward_.hands.kill();
  for (const auto& [id, times] : starts_on(ward_)) EXPECT_EQ(times, 1) << lines_about(id);
}

}  // namespace
}  // namespace riposte::test
