// Engine, broker and agents killed at named points and anywhere else, cables pulled, orders duplicated and
// late: every effect comes about once, and every action ends proved.

#include <chrono>
#include <fstream>
#include <memory>
#include <random>
#include <set>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/host/fleet/kafka_feed.h"
#include "tests/host/fleet/lab_fleet.h"
#include "tests/host/fleet/late_post.h"
#include "tests/support/broker_test.h"

namespace riposte::test {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr std::uint64_t kSeed = 20261122;
constexpr milliseconds kRound{600};
constexpr std::chrono::seconds kDrainLimit{60};

struct Disturbance {
  enum class Of : std::uint8_t { engine, broker, hands, link, cable };
  Of of;
  std::string point;  ///< empty: from outside, in the middle of it
};
using Of = Disturbance::Of;

const std::vector<Disturbance> kPlan{{Of::hands, "agent.after_recv"},
                                     {Of::engine, "dispatch.before_send"},
                                     {Of::hands, "agent.after_started_fsync:2"},
                                     {Of::cable, ""},
                                     {Of::hands, ""},
                                     {Of::engine, "dispatch.after_send"},
                                     {Of::hands, "agent.after_effect:2"},
                                     {Of::link, ""},
                                     {Of::hands, "agent.after_done_fsync:3"},
                                     {Of::engine, ""},
                                     {Of::hands, "agent.before_reply:2"},
                                     {Of::broker, ""},
                                     {Of::engine, "apply.before_wal_sync:3"},
                                     {Of::hands, ""},
                                     {Of::engine, "result.received:2"},
                                     {Of::broker, ""},
                                     {Of::hands, "agent.after_effect"},
                                     {Of::cable, ""},
                                     {Of::engine, "apply.after_wal_sync:4"},
                                     {Of::hands, "agent.after_started_fsync:4"},
                                     {Of::link, ""}};

std::size_t count_of(const std::string& text, std::string_view word) {
  std::size_t count = 0;
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++count;
  return count;
}

/// What the detections call for on one server.
struct Wanted {
  std::set<std::string> blocked;
  std::vector<std::int32_t> dead;
  std::vector<fs::path> gone;
  std::size_t actions() const { return blocked.size() + dead.size() + gone.size(); }
};

class FleetCrash : public ::testing::Test, public LabFleet {
 protected:
  void start_with_late_post() {
    auto feed = std::make_unique<KafkaFeed>(manager_);
    kafka_ = feed.get();
    start_all(std::move(feed));
    for (Server* server : servers_) {
      posts_.push_back(
          std::make_unique<LatePost>(server->folder / "post.sock", server->folder / "hands.sock", random_()));
      server->link.kill();
      start_link(*server, server->folder / "post.sock");
    }
    ASSERT_TRUE(eventually([&] { return all_connected(); })) << logs();
  }

  /// Detections of all that is wanted on every server.
  void send_detections() {
    for (Server* server : servers_) {
      Wanted& wanted = wanted_[server->host.name()];
      for (int i = 0; i < 2; ++i) {
        const std::string address = fmt::format("198.51.{}.{}", 100 + blocked_ / 250, 1 + blocked_ % 250);
        ++blocked_;
        wanted.blocked.insert(address);
        detect("block_ip", *server, {{"source", {{"ip", address}}}});
      }
      wanted.dead.push_back(sleeper(*server));
      detect_process("kill_process", *server, wanted.dead.back());
      wanted.gone.push_back(server->folder / fmt::format("dropper-{}", wanted.gone.size()));
      server->host.output_of({"sh", "-c", "echo worm >" + wanted.gone.back().string()});
      detect("quarantine_file", *server, {{"file", {{"path", wanted.gone.back().string()}}}});
    }
  }

  void disturb(const Disturbance& how) {
    Server& server = *servers_[random_() % servers_.size()];
    SCOPED_TRACE(fmt::format("{} {} {}", static_cast<int>(how.of), how.point, server.host.name()));
    if (how.of == Of::broker) {
      send_detections();
      kafka_->kill_and_start();
      return;
    }
    Program& program = how.of == Of::engine ? engine_ : how.of == Of::hands ? server.hands : server.link;
    if (how.of == Of::cable) {
      lan_.cut(server.host);
      send_detections();
      std::this_thread::sleep_for(kRound);
      lan_.heal(server.host);
      return;
    }
    if (!how.point.empty()) {
      program.kill();
      how.of == Of::engine ? start_engine(how.point) : start_hands(server, how.point);
    }
    send_detections();
    std::this_thread::sleep_for(kRound + milliseconds(random_() % 300));
    program.kill();
    if (how.of == Of::engine) start_engine();
    if (how.of == Of::hands) start_hands(server);
    if (how.of == Of::link) start_link(server, server.folder / "post.sock");
  }

  static bool is_proven(const nlohmann::json& action) {
    return action.at("state") == "completed" && action.at("verification") == "passed";
  }
  bool all_are_over() const {
    std::size_t wanted = 0;
    for (const auto& [name, server] : wanted_) wanted += server.actions();
    const auto list = actions();
    return list.size() == wanted && std::ranges::all_of(list, [](const auto& action) {
             return is_proven(action) || action.at("state") == "failed" || action.at("state") == "cancelled";
           });
  }
  std::string unproven() const {
    std::string text;
    for (const auto& action : actions())
      if (!is_proven(action)) text += action.dump(2) + lines_about(action.at("id"));
    return text;
  }

  void check_effects(Server& server) const {
    const Wanted& wanted = wanted_.at(server.host.name());
    const std::string rules = server.host.output_of({"nft", "list", "ruleset"});
    for (const std::string& address : wanted.blocked)
      EXPECT_NE(rules.find(" " + address + " counter"), std::string::npos) << address << " is not blocked:\n"
                                                                           << rules;
    EXPECT_EQ(count_of(rules, " expires "), wanted.blocked.size()) << "and nothing else is";
    for (const std::int32_t pid : wanted.dead) EXPECT_EQ(state_of(server, pid), '-') << pid << " lives";
    for (const fs::path& file : wanted.gone) EXPECT_FALSE(fs::exists(file)) << file << " is there";
  }

  /// Asked of the journal itself, when nobody has it any more.
  void check_journal(Server& server) const {
    const auto starts = starts_on(server);
    EXPECT_EQ(starts.size(), wanted_.at(server.host.name()).actions());
    for (const auto& [action, times] : starts) EXPECT_EQ(times, 1) << action;
  }

  std::mt19937_64 random_{kSeed};
  std::vector<std::unique_ptr<LatePost>> posts_;
  std::map<std::string, Wanted> wanted_;
  KafkaFeed* kafka_ = nullptr;
  int blocked_ = 0;
};

TEST_F(FleetCrash, EveryEffectComesAboutOnceWhateverIsKilledAndCut) {
  RIPOSTE_REQUIRE_BROKER();
  start_with_late_post();
  for (const Disturbance& how : kPlan) disturb(how);
  EXPECT_TRUE(eventually([&] { return all_are_over(); }, kDrainLimit)) << logs();
  EXPECT_EQ(unproven(), "");
  for (Server* server : servers_) {
    check_effects(*server);
    EXPECT_TRUE(server->link.end());
    EXPECT_TRUE(server->hands.end());
    check_journal(*server);
  }
  EXPECT_TRUE(engine_.end());
}

}  // namespace
}  // namespace riposte::test
