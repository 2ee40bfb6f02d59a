#include "bench/program.h"

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/log.h"

namespace riposte::bench {
namespace {

/// Google Benchmark itself exits with 0 whatever went wrong.
class StrictReporter final : public benchmark::ConsoleReporter {
 public:
  StrictReporter() : ConsoleReporter(OO_None) {}
  void ReportRuns(const std::vector<Run>& runs) override {
    failed_ = failed_ || std::ranges::any_of(runs, &Run::error_occurred);
    ConsoleReporter::ReportRuns(runs);
  }
  bool failed() const { return failed_; }

 private:
  bool failed_ = false;
};

class CheckedWorkload final : public benchmark::internal::Benchmark {
 public:
  CheckedWorkload(const char* name, Workload workload) : Benchmark(name), workload_(std::move(workload)) {}
  void Run(benchmark::State& state) override {
    try {
      workload_(state);
    } catch (const std::exception& error) {
      state.SkipWithError(error.what());
    }
  }

 private:
  const Workload workload_;
};

}  // namespace

int run_program(int argc, char** argv, const std::function<void(bool smoke)>& register_workloads) {
  log::set_level(log::Level::error);
  benchmark::Initialize(&argc, argv);
  bool smoke = false;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) != "--smoke") {
      std::cerr << "unknown argument " << argv[i] << "; there are --smoke and --benchmark_*\n";
      return 2;
    }
    smoke = true;
  }
  StrictReporter reporter;
  try {
    register_workloads(smoke);
    if (benchmark::RunSpecifiedBenchmarks(&reporter) == 0) return 2;
  } catch (const std::exception& error) {
    std::cerr << "failed: " << error.what() << '\n';
    return 1;
  }
  return reporter.failed() ? 1 : 0;
}

int skip_program(const std::string& why) {
  const char* ci = std::getenv("CI");  // NOLINT(concurrency-mt-unsafe): nothing sets a variable
  const bool must_run = ci != nullptr && std::string_view(ci) == "true";
  std::cerr << (must_run ? "failed: " : "skipped: ") << why << '\n';
  return must_run ? 1 : 0;
}

benchmark::internal::Benchmark* add_workload(const char* name, Workload workload) {
  auto checked = std::make_unique<CheckedWorkload>(name, std::move(workload));
  // NOLINTNEXTLINE(clang-analyzer-cplusplus.NewDeleteLeaks): the library owns what was registered
  return benchmark::internal::RegisterBenchmarkInternal(checked.release())
      ->UseManualTime()
      ->ComputeStatistics("min", [](const std::vector<double>& all) { return std::ranges::min(all); })
      ->ComputeStatistics("max", [](const std::vector<double>& all) { return std::ranges::max(all); });
}

}  // namespace riposte::bench
