// From handing a detection to the source until its executor is called: one at a time, and at a steady rate.
//
// Beside it stands what no engine that records before it acts can do without: the synced commit of one
// action, in a store of its own on the same disk. Every call must find its order on record, and come once.

#include <algorithm>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "bench/detections.h"
#include "bench/engine_under_test.h"
#include "bench/memory_source.h"
#include "bench/program.h"
#include "bench/samples.h"
#include "bench/some_commit.h"
#include "engine/store/action_store.h"
#include "tests/support/temporary_directory.h"

namespace riposte::bench {
namespace {

using std::chrono::milliseconds;

/// Longer than any commit takes on a disk that works.
constexpr milliseconds kPatience{10'000};
constexpr benchmark::IterationCount kTurns = 1000;
constexpr benchmark::IterationCount kSmokeTurns = 5;
/// Soon enough that a run at a steady rate carries the load of verifications, too.
constexpr Duration kVerifyAfter = std::chrono::seconds(1);
constexpr std::size_t kCommitsAlone = 200;

/// The process that cryptominer_detection(number) names.
std::int64_t pid_of(std::uint64_t number) { return static_cast<std::int64_t>(2000 + number); }

std::unique_ptr<ActionStore> open_store(const std::filesystem::path& directory) {
  auto store = ActionStore::open(directory);
  if (!store) throw std::runtime_error(store.error().text());
  return *std::move(store);
}

/// Everything that one run needs, and the store in which commits are made alone.
struct World {
  test::TemporaryDirectory directory;
  std::unique_ptr<ActionStore> store = open_store(directory.path() / "engine");
  std::unique_ptr<ActionStore> other_store = open_store(directory.path() / "alone");
  CommitMaker commits;
  ExampleRules rules = load_example_rules();
  MemorySource source;
  RecordingHands hands{*store};
  EngineUnderTest engine{*store, source, rules, hands, kVerifyAfter};

  Seconds commit_alone() {
    const Commit commit = commits.started();
    return time_of([&] {
      const auto done = other_store->append({&commit, 1});
      if (!done) throw std::runtime_error(done.error().text());
    });
  }
};

/// Waits until every action so far has been executed, verified and recorded so.
void await_verified(World& world, std::size_t count) {
  const auto deadline = Steady::now() + kPatience;
  ActionQuery all;
  all.limit = count + 1;
  for (;;) {
    const auto actions = world.store->list(all);
    if (!actions) throw std::runtime_error(actions.error().text());
    const auto passed = std::ranges::count(*actions, Verification::passed, &Action::verification);
    if (actions->size() == count && static_cast<std::size_t>(passed) == count) return;
    if (Steady::now() > deadline || actions->size() > count)
      throw std::runtime_error(std::to_string(actions->size()) + " actions, " + std::to_string(passed) +
                               " of them verified, instead of " + std::to_string(count));
    std::this_thread::sleep_for(milliseconds(50));
  }
}

void check(World& world, std::size_t count) {
  await_verified(world, count);
  if (world.hands.calls().size() != count) throw std::runtime_error("not one call for every detection");
  if (const std::string complaint = world.engine.complaint(); !complaint.empty())
    throw std::runtime_error(complaint);
}

void report(benchmark::State& state, const Samples& latency, const Samples& alone) {
  state.counters["p50_us"] = microseconds(latency.percentile(0.50));
  state.counters["p99_us"] = microseconds(latency.percentile(0.99));
  state.counters["commit_p50_us"] = microseconds(alone.percentile(0.50));
  state.counters["commit_p99_us"] = microseconds(alone.percentile(0.99));
  state.counters["p50_in_commits"] = latency.percentile(0.50) / alone.percentile(0.50);
  state.counters["p99_in_commits"] = latency.percentile(0.99) / alone.percentile(0.99);
}

/// The engine is at rest before each detection: its answers are recorded, its next commit is not under way.
void await_rest(World& world, const ActionId& id) {
  const auto deadline = Steady::now() + kPatience;
  for (;;) {
    const auto action = world.store->find(id);
    if (action && *action && (*action)->state == State::completed) return;
    if (Steady::now() > deadline) throw std::runtime_error("an execution was not recorded in time");
    std::this_thread::sleep_for(std::chrono::microseconds(500));
  }
}

void one_at_a_time(benchmark::State& state) {
  World world;
  Samples latency;
  Samples alone;
  std::uint64_t number = 0;
  while (state.KeepRunning()) {
    alone.add(world.commit_alone());
    std::string detection = cryptominer_detection(number);
    const auto begun = Steady::now();
    world.source.hand_over(std::move(detection));
    if (!world.hands.wait_for(number + 1, kPatience)) throw std::runtime_error("a detection brought no call");
    const Seconds taken = world.hands.time_of_call(pid_of(number)) - begun;
    latency.add(taken);
    state.SetIterationTime(taken.count());
    await_rest(world, world.hands.last_action());
    ++number;
  }
  check(world, number);
  report(state, latency, alone);
}

/// When each of `count` detections is to be handed over.
std::vector<Steady::time_point> plan(std::size_t count, double per_second) {
  std::vector<Steady::time_point> planned(count, Steady::now());
  for (std::size_t number = 0; number < count; ++number)
    planned[number] +=
        std::chrono::duration_cast<Steady::duration>(Seconds(static_cast<double>(number) / per_second));
  return planned;
}

void hand_over(World& world, const std::vector<Steady::time_point>& planned) {
  for (std::size_t number = 0; number < planned.size(); ++number) {
    std::string detection = cryptominer_detection(number);
    std::this_thread::sleep_until(planned[number]);
    world.source.hand_over(std::move(detection));
  }
}

/// Latency counts from the planned time, so that a detection that had to wait for its predecessors is seen to
/// have waited. What came before the first verifications is warm-up.
void steady_rate(benchmark::State& state, double seconds, double warm_up_seconds) {
  const auto rate = static_cast<double>(state.range(0));
  const auto count = static_cast<std::size_t>(rate * seconds);
  const auto warm_up = static_cast<std::size_t>(rate * warm_up_seconds);
  World world;
  Samples latency;
  Samples alone;
  while (state.KeepRunning()) {
    for (std::size_t i = 0; i < kCommitsAlone; ++i) alone.add(world.commit_alone());
    const auto planned = plan(count, rate);
    hand_over(world, planned);
    if (!world.hands.wait_for(count, kPatience)) throw std::runtime_error("a detection brought no call");
    const auto calls = world.hands.calls();
    for (std::size_t number = warm_up; number < count; ++number)
      latency.add(calls.at(pid_of(number)) - planned[number]);
    state.SetIterationTime(latency.percentile(0.5).count());
    check(world, count);
    for (std::size_t i = 0; i < kCommitsAlone; ++i) alone.add(world.commit_alone());
  }
  report(state, latency, alone);
}

void register_workloads(bool smoke) {
  add_workload("detection_to_dispatch/one_at_a_time", one_at_a_time)
      ->Unit(benchmark::kMicrosecond)
      ->Iterations(smoke ? kSmokeTurns : kTurns);
  const double seconds = smoke ? 0.2 : 6;
  const double warm_up = smoke ? 0 : 2;
  for (const int rate : {100, 1000})
    add_workload("detection_to_dispatch/steady",
                 [=](benchmark::State& state) { steady_rate(state, seconds, warm_up); })
        ->ArgName("per_second")
        ->Arg(rate)
        ->Unit(benchmark::kMicrosecond)
        ->Iterations(1);
}

}  // namespace
}  // namespace riposte::bench

int main(int argc, char** argv) {
  return riposte::bench::run_program(argc, argv, riposte::bench::register_workloads);
}
