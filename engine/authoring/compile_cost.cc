#include "engine/authoring/compile_cost.h"

#include <fstream>
#include <utility>

#include <malloc.h>
#include <unistd.h>

namespace riposte {
namespace {

/// 0 when the system does not say.
std::size_t resident_bytes_now() {
  malloc_trim(0);  // what is free and kept belongs to no rule
  std::size_t total_pages = 0;
  std::size_t resident_pages = 0;
  std::ifstream("/proc/self/statm") >> total_pages >> resident_pages;
  return resident_pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

std::vector<Rule> copies_of(const RuleSet& set) {
  std::vector<Rule> rules;
  rules.reserve(set.size());
  for (std::uint32_t i = 0; i < set.size(); ++i) rules.push_back(set.rule(RuleIndex(i)));
  return rules;
}

}  // namespace

MeasuredCompile compile_measured(std::shared_ptr<const RuleSet> first, std::vector<Schema> schemas,
                                 CompileOptions options) {
  std::vector<Rule> rules = copies_of(*first);
  first.reset();
  const std::size_t before = resident_bytes_now();
  const auto begun = std::chrono::steady_clock::now();
  auto compiled = RuleSet::compile(std::move(rules), std::move(schemas), options);
  const auto taken = std::chrono::steady_clock::now() - begun;
  const std::size_t after = resident_bytes_now();
  return {std::move(compiled.rules), {taken, after > before ? after - before : 0}};
}

}  // namespace riposte
