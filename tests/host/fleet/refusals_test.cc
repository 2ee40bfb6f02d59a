// What must not happen on any host, whatever a detection says and whatever the engine asks for.

#include <fstream>
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/host/fleet/lab_fleet.h"
#include "tests/support/lab_talk.h"

namespace riposte::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using ::testing::HasSubstr;

class FleetRefusals : public ::testing::Test, public LabFleet {
 protected:
  static void set_policy(const Server& server, const std::string& lines) {
    std::ofstream(server.folder / "policy.yaml") << lines;
  }
  /// What was detected before it has been decided on.
  void await_quiet() {
    const std::int32_t last = sleeper(web_);
    detect_process("kill_process", web_, last);
    ASSERT_TRUE(eventually([&] { return state_of(web_, last) == '-'; })) << logs();
  }
  /// The states that so many actions of the type have come to, once all have been decided on.
  std::string await_end_of_all(const std::string& type, std::size_t count) const {
    std::set<std::string> states;
    const bool ended = eventually([&] {
      states.clear();
      std::size_t found = 0;
      for (const Json& action : actions())
        if (action.at("type") == type) ++found, states.insert(action.at("state"));
      return found == count && !states.contains("queued") && !states.contains("executing");
    });
    return ended ? fmt::format("{}", fmt::join(states, ", ")) : "not all in time" + logs();
  }
  std::string audit_of(const std::string& id) const {
    return riposte("alice", {"audit", "--action", id, "--json"});
  }
};

const std::vector<std::string> kHostileNames{"$(touch pwned)", "`touch pwned`", "; touch pwned",
                                             "two\nlines",     "--help",        "-rf",
                                             "{{host.name}}",  "%s%n",          "*"};

TEST_F(FleetRefusals, ANameOfAFileIsNothingButAName) {
  start_all();
  const fs::path folder = web_.folder / "files";
  fs::create_directories(folder);
  std::set<fs::path> wanted;
  for (const std::string& name : kHostileNames) {
    std::ofstream(folder / name) << "worm";
    wanted.insert(folder / name);
  }
  std::ofstream(folder / "innocent") << "ward";
  for (const fs::path& file : wanted) detect("quarantine_file", web_, {{"file", {{"path", file.string()}}}});
  ASSERT_TRUE(eventually([&] {
    return std::ranges::none_of(wanted, [](const fs::path& file) { return fs::exists(file); });
  })) << logs();
  EXPECT_TRUE(fs::exists(folder / "innocent"));
  const std::vector<fs::path> left{fs::directory_iterator(folder), {}};
  EXPECT_EQ(left.size(), 1U) << "and nothing has come into being";
}

TEST_F(FleetRefusals, APathThatLeadsElsewhereTakesNothing) {
  start_all();
  const fs::path folder = web_.folder / "files";
  fs::create_directories(folder / "below");
  std::ofstream(folder / "innocent") << "ward";
  fs::create_symlink(folder / "innocent", folder / "link");
  const std::string path = folder.string();
  const std::vector<std::string> hostile{path + "/below/../innocent", path + "/link", "innocent",
                                         "../innocent", path + "/innocent" + std::string("\0.exe", 5)};
  for (const std::string& name : hostile) detect("quarantine_file", web_, {{"file", {{"path", name}}}});
  EXPECT_EQ(await_end_of_all("quarantine_file", hostile.size()), "failed");
  EXPECT_TRUE(fs::exists(folder / "innocent")) << logs();
  EXPECT_TRUE(fs::is_symlink(folder / "link"));
}

TEST_F(FleetRefusals, WhatIsNoAddressNoNumberAndNoHostHarmsNobody) {
  start_all();
  const std::vector<Json> addresses{"198.51.100.7; nft flush ruleset",
                                    "198.51.100.7\n",
                                    "0.0.0.0/0",
                                    "$(id)",
                                    "--all",
                                    "198.51.100.7}",
                                    3325256711U};
  for (const Json& hostile : addresses) detect("block_ip", web_, {{"source", {{"ip", hostile}}}});
  const std::int32_t innocent = sleeper(web_);
  for (const Json& hostile : {Json(fmt::format("{}; kill 1", innocent)), Json(fmt::format("-{}", innocent)),
                              Json("-1"), Json(0), Json(1), Json(-1), Json(1e300), Json("$(id)")})
    detect("kill_process", web_, {{"process", {{"pid", hostile}}}});
  for (const std::string hostile : {"web01; reboot", "../web01", "web01\n", "*", "--help", "$(hostname)"})
    detect("kill_process", web_, {{"host", {{"name", hostile}}}, {"process", {{"pid", innocent}}}});
  EXPECT_EQ(await_end_of_all("block_ip", addresses.size()), "failed");
  await_quiet();
  EXPECT_EQ(state_of(web_, innocent), 'S') << logs();
  EXPECT_TRUE(web_.hands.runs());
  EXPECT_EQ(web_.host.output_of({"nft", "list", "tables"}), "");
}

TEST_F(FleetRefusals, WhatAHostForbidsFailsAndIsOnRecordOnBothSides) {
  set_policy(ward_, fmt::format("allow: [block_ip, unblock_ip]\nmanagement: [\"{}:7443\"]\n"
                                "never_addresses: [\"198.51.100.0/24\"]\n",
                                lan_.v4(manager_)));
  start_all();
  const std::int32_t pump = sleeper(ward_);
  detect_process("kill_process", ward_, pump);
  detect("block_ip", ward_, {{"source", {{"ip", "198.51.100.7"}}}});
  for (const std::string type : {"kill_process", "block_ip"}) {
    const std::string id = await(type, ward_, "failed", "none");
    EXPECT_EQ(action(type, ward_)->at("reason"), "guard_refused") << action(type, ward_)->dump(2);
    EXPECT_THAT(audit_of(id), HasSubstr("guard_refused"));
    EXPECT_THAT(lines_about(id), HasSubstr("\"ruling\":\"refused\""));
  }
  EXPECT_EQ(state_of(ward_, pump), 'S');
  EXPECT_EQ(ward_.host.output_of({"nft", "list", "tables"}), "");
}

TEST_F(FleetRefusals, AnIsolationThatWouldCostTheChannelIsTakenBackAtOnce) {
  set_policy(db_, "allow: [isolate_host, unisolate_host]\nmanagement: [\"198.51.100.9:7443\"]\n");
  start_all();
  const Listener door(db_.host, lan_.v4(db_.host));
  detect("isolate_host", db_, Json::object());
  ASSERT_TRUE(eventually(
      [&] {
        const auto found = action("isolate_host", db_);
        return found && found->at("state") == "failed";
      },
      kSoonEnough * 3))
      << logs();
  EXPECT_THAT(std::string(action("isolate_host", db_)->at("detail")), HasSubstr("rolled back"));
  EXPECT_EQ(knock(attacker_, door), Knock::answered);
  EXPECT_EQ(db_.host.output_of({"nft", "list", "tables"}), "");
  EXPECT_TRUE(eventually([&] { return all_connected(); })) << logs();
}

}  // namespace
}  // namespace riposte::test
