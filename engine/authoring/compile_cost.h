/// What compiling a set of rules costs: time and memory.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include "engine/config/loading.h"

namespace riposte {

struct CompileCost {
  std::chrono::duration<double> time{};
  std::size_t resident_bytes = 0;  ///< by which the process has grown, once everything temporary is freed
};

/// The same rules compiled a second time and measured alone, reading files left out. The first set is freed
/// before, so that its memory does not count.
struct MeasuredCompile {
  std::shared_ptr<const RuleSet> rules;
  CompileCost cost;
};
MeasuredCompile compile_measured(std::shared_ptr<const RuleSet> first, std::vector<Schema> schemas,
                                 CompileOptions options);

}  // namespace riposte
