// From writing a detection to Kafka until its effect is seen on another host: a process is dead, an open
// connection is ended.
//
// The programs are the real ones, each on a host of its own made of namespaces. Beside it stands one synced
// write on the same disk: an order is on record at the engine, and what is about to be done at the agent,
// before anything happens. Every action must end verified.

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench/program.h"
#include "bench/samples.h"
#include "tests/host/fleet/kafka_feed.h"
#include "tests/host/fleet/lab_fleet.h"
#include "tests/support/lab_namespaces.h"
#include "tests/support/lab_talk.h"
#include "tests/support/throw_errno.h"

namespace riposte::bench {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPatience{10'000};
/// Longer than an action needs to be on record as done: one at a time.
constexpr milliseconds kRest{100};
constexpr benchmark::IterationCount kTurns = 200;
constexpr benchmark::IterationCount kSmokeTurns = 3;
constexpr const char* kAttackers = "198.18.0.0/15";  // RFC 2544: for benches

milliseconds left_until(Steady::time_point end) {
  return std::max(std::chrono::ceil<milliseconds>(end - Steady::now()), milliseconds{0});
}

/// A process on a server that is to be killed.
class Victim {
 public:
  explicit Victim(const test::Server& server)
      : pid_(server.host.start({"sleep", "1000"})),
        pidfd_(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0))) {
    if (!pidfd_) test::throw_errno("a victim");
  }

  /// As its own host counts.
  std::int32_t number() const {
    std::ifstream status(fmt::format("/proc/{}/status", pid_));
    for (std::string line; std::getline(status, line);)
      if (line.starts_with("NSpid:")) return std::stoi(line.substr(line.rfind('\t') + 1));
    throw std::runtime_error("a victim without a number");
  }

  bool dies_within(milliseconds patience) const {
    pollfd watched{.fd = pidfd_.get(), .events = POLLIN, .revents = 0};
    return ::poll(&watched, 1, static_cast<int>(patience.count())) == 1;
  }

 private:
  pid_t pid_;
  test::OwnedFd pidfd_;
};

/// One block, written and synced.
class SyncedFile {
 public:
  explicit SyncedFile(const std::filesystem::path& path)
      : file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) {
    if (!file_) test::throw_errno("opening " + path.string());
  }
  void write() {
    const std::array<char, 4096> block{};
    if (::write(file_.get(), block.data(), block.size()) != std::ssize(block) ||
        ::fdatasync(file_.get()) != 0)
      test::throw_errno("a synced write");
  }

 private:
  test::OwnedFd file_;
};

class Scene {
 public:
  /// `disk`: where engine, broker and agents keep what they record.
  explicit Scene(const std::filesystem::path& disk) : fleet_(disk), alone_(fleet_.at("alone")) {
    fleet_.start_all(std::make_unique<test::KafkaFeed>(fleet_.manager_));
    // Every address of the network is the attacker's, without being configured.
    fleet_.attacker_.output_of({"ip", "route", "add", "local", kAttackers, "dev", "lo"});
    server().host.output_of({"ip", "route", "add", kAttackers, "dev", fleet_.lan_.interface()});
  }

  Seconds synced_write() {
    return time_of([&] { alone_.write(); });
  }

  Seconds kill() {
    const Victim victim(server());
    const std::int32_t number = victim.number();
    const auto begun = Steady::now();
    fleet_.detect_process("kill_process", server(), number);
    if (!victim.dies_within(left_until(begun + kPatience))) throw too_late("killed");
    return Steady::now() - begun;
  }

  Seconds block() {
    ++blocked_;
    const std::string attacker = fmt::format("198.18.{}.{}", blocked_ / 250, 1 + blocked_ % 250);
    const test::Listener door(server().host, fleet_.lan_.v4(server().host));
    const test::Conversation session(fleet_.attacker_, door, attacker);
    const auto begun = Steady::now();
    fleet_.detect("block_ip", server(), {{"source", {{"ip", attacker}}}});
    if (session.server_end(left_until(begun + kPatience)) != test::Line::reset) throw too_late("cut off");
    return Steady::now() - begun;
  }

  void check(std::size_t count) const {
    const auto all_passed = [&] {
      const auto actions = fleet_.actions();
      return actions.size() == count && std::ranges::all_of(actions, [](const auto& action) {
               return action.at("verification") == "passed";
             });
    };
    if (!test::eventually(all_passed))
      throw std::runtime_error("not one verified action for every detection" + fleet_.logs());
  }

 private:
  const test::Server& server() const { return fleet_.web_; }
  std::runtime_error too_late(const std::string& what) const {
    return std::runtime_error(fmt::format("nothing was {} in time{}", what, fleet_.logs()));
  }

  test::LabFleet fleet_;
  SyncedFile alone_;
  int blocked_ = 0;
};

double milliseconds_of(Seconds time) { return time.count() * 1e3; }

void report(benchmark::State& state, const Samples& latency, const Samples& alone) {
  state.counters["p50_ms"] = milliseconds_of(latency.percentile(0.50));
  state.counters["p99_ms"] = milliseconds_of(latency.percentile(0.99));
  state.counters["sync_p50_ms"] = milliseconds_of(alone.percentile(0.50));
  state.counters["sync_p99_ms"] = milliseconds_of(alone.percentile(0.99));
  state.counters["p50_in_syncs"] = latency.percentile(0.50) / alone.percentile(0.50);
}

using Effect = Seconds (Scene::*)();

void one_at_a_time(benchmark::State& state, const std::filesystem::path& disk, Effect effect) {
  Scene scene(disk);
  (scene.*effect)();  // the first one waits for the consumer to be given its partitions
  Samples latency;
  Samples alone;
  while (state.KeepRunning()) {
    alone.add(scene.synced_write());
    latency.add((scene.*effect)());
    state.SetIterationTime(latency.last().count());
    std::this_thread::sleep_for(kRest);
  }
  scene.check(1 + latency.count());
  report(state, latency, alone);
}

}  // namespace
}  // namespace riposte::bench

int main(int argc, char** argv) {
  using namespace riposte::bench;
  const auto disk = std::filesystem::temp_directory_path();  // in a lab that is in memory
  if (const auto why = riposte::test::why_no_broker()) return skip_program(*why);
  if (const auto refused = riposte::test::enter_lab(); !refused.empty())
    return skip_program("the machine refuses " + refused + "; run it as root, or allow user namespaces");
  return run_program(argc, argv, [&](bool smoke) {
    for (const auto& [name, effect] : {std::pair("detection_to_effect/kill_process", &Scene::kill),
                                       std::pair("detection_to_effect/block_ip", &Scene::block)})
      add_workload(name, [=](benchmark::State& state) { one_at_a_time(state, disk, effect); })
          ->Unit(benchmark::kMillisecond)
          ->Iterations(smoke ? kSmokeTurns : kTurns);
  });
}
