/// The frame of every bench: command line, report, and an exit code that says whether all results were right.
#pragma once

#include <exception>
#include <functional>
#include <string>

#include <benchmark/benchmark.h>

namespace riposte::bench {

/// Runs what `register_workloads` registers. Its argument: --smoke was given, so sizes are to be tiny.
/// Exits with 1 when a workload's check failed, or when it cannot run although CI=true.
int run_program(int argc, char** argv, const std::function<void(bool smoke)>& register_workloads);

/// What a program returns that cannot run here, after saying why.
int skip_program(const std::string& why);

/// Adds the smallest and the largest to what --benchmark_repetitions reports.
benchmark::internal::Benchmark* with_spread(benchmark::internal::Benchmark* workload);

/// A workload that fails says why, and its time does not count.
template <class Workload>
auto checked(Workload workload) {
  return [workload](benchmark::State& state) {
    try {
      workload(state);
    } catch (const std::exception& error) {
      state.SkipWithError(error.what());
    }
  };
}

}  // namespace riposte::bench
