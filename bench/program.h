/// The frame of every bench: command line, report, and an exit code that says whether all results were right.
#pragma once

#include <functional>
#include <string>

#include <benchmark/benchmark.h>

namespace riposte::bench {

/// Runs what `register_workloads` registers. Its argument: --smoke was given, so sizes are to be tiny.
/// Exits with 1 when a workload's check failed, or when it cannot run although CI=true.
int run_program(int argc, char** argv, const std::function<void(bool smoke)>& register_workloads);

/// What a program returns that cannot run here, after saying why.
int skip_program(const std::string& why);

using Workload = std::function<void(benchmark::State&)>;

/// Registers a workload that times itself. One that throws says why, and its time does not count.
/// With --benchmark_repetitions the smallest and the largest of every figure are reported, too.
benchmark::internal::Benchmark* add_workload(const char* name, Workload workload);

}  // namespace riposte::bench
