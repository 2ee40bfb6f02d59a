// Every fuzz target over its seeds, among them what once broke it.
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "tests/fuzz/targets.h"

namespace riposte {
namespace {

namespace fs = std::filesystem;

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// A broken promise ends the program; the trace then names the seed.
void run_over(const fs::path& folder, void (*target)(std::string_view)) {
  std::size_t seeds = 0;
  for (const auto& entry : fs::recursive_directory_iterator(fuzz::source_folder() / "tests" / folder)) {
    if (!entry.is_regular_file()) continue;
    SCOPED_TRACE(entry.path().string());
    target(content(entry.path()));
    ++seeds;
  }
  EXPECT_GT(seeds, 0U);
}

TEST(FuzzSeeds, OfRulesAreReadWithoutABrokenPromise) {
  run_over("fuzz/corpus/rules", fuzz::rules);
  run_over("golden/rules", fuzz::rules);
}

TEST(FuzzSeeds, OfEventsAreAnswered) {
  run_over("fuzz/corpus/events", fuzz::events);
  run_over("golden/rules", fuzz::events);
}

TEST(FuzzSeeds, OfChoicesAgree) { run_over("fuzz/corpus/agreement", fuzz::agreement); }

TEST(FuzzSeeds, OfOrdersAreRefusedOrHaveOneEncoding) { run_over("fuzz/corpus/orders", fuzz::orders); }

TEST(FuzzSeeds, OfJournalsAreReadOrCorrupt) { run_over("fuzz/corpus/journal", fuzz::journal); }

TEST(FuzzSeeds, OfPoliciesAreReadOrRefusedWithAPlace) { run_over("fuzz/corpus/policy", fuzz::policy); }

}  // namespace
}  // namespace riposte
