// Orders per second to simulated agents and back, through the engine's end of the channel: one agent, and a
// fleet.
//
// Beside it stand the signatures without which nobody would believe an order or a report: one thread that
// signs the same order, opens it, signs its report and opens that. Every order must be carried out once and
// answered once.

#include "bench/loopback_fleet.h"
#include "bench/program.h"
#include "bench/samples.h"

namespace riposte::bench {
namespace {

constexpr benchmark::IterationCount kTurns = 4;
/// More than twice as many as are under way at once.
constexpr std::size_t kOrders = 10'000;
constexpr std::size_t kSmokeOrders = 100;
constexpr std::int64_t kAgents = 1000;
constexpr std::int64_t kSmokeAgents = 20;

struct Side {
  Samples time;
  Samples cpu;  ///< of the whole process
};

template <class Work>
void take_turn(Side& side, Work&& work) {
  const Seconds cpu_begun = cpu_time();
  side.time.add(time_of(work));
  side.cpu.add(cpu_time() - cpu_begun);
}

void report(benchmark::State& state, const Side& channel, const Side& floor, std::size_t orders) {
  const double all = static_cast<double>(channel.time.count() * orders);
  state.counters["orders/s"] = all / channel.time.sum().count();
  state.counters["floor_orders/s"] = all / floor.time.sum().count();
  state.counters["ratio"] = floor.time.sum() / channel.time.sum();
  state.counters["cpu_us/order"] = microseconds(channel.cpu.sum()) / all;
  state.counters["floor_cpu_us/order"] = microseconds(floor.cpu.sum()) / all;
  state.counters["cpu_ratio"] = floor.cpu.sum() / channel.cpu.sum();
}

/// Every agent has had an order before the first turn. Who comes first changes from turn to turn.
void give_orders(benchmark::State& state, std::size_t orders) {
  const auto agents = static_cast<std::size_t>(state.range(0));
  LoopbackFleet fleet(agents);
  fleet.give(agents);
  Side channel;
  Side floor;
  const auto sign_and_open = [&] { take_turn(floor, [&] { fleet.sign_and_open(orders); }); };
  while (state.KeepRunning()) {
    const bool channel_first = channel.time.count() % 2 == 0;
    if (!channel_first) sign_and_open();
    const Seconds before = channel.time.sum();
    take_turn(channel, [&] { fleet.give(orders); });
    state.SetIterationTime((channel.time.sum() - before).count());
    if (channel_first) sign_and_open();
    fleet.check();
  }
  report(state, channel, floor, orders);
}

void register_workloads(bool smoke) {
  const std::size_t orders = smoke ? kSmokeOrders : kOrders;
  for (const std::int64_t agents : {std::int64_t{1}, smoke ? kSmokeAgents : kAgents})
    add_workload("agent_orders", [orders](benchmark::State& state) { give_orders(state, orders); })
        ->ArgName("agents")
        ->Arg(agents)
        ->Unit(benchmark::kMillisecond)
        ->Iterations(smoke ? 2 : kTurns);
}

}  // namespace
}  // namespace riposte::bench

int main(int argc, char** argv) {
  return riposte::bench::run_program(argc, argv, riposte::bench::register_workloads);
}
