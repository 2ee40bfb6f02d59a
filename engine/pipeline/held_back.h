/// Counts what the guards of templates kept from becoming an action, until it is reported.
///
/// Threads: one.
#pragma once

#include <cstdint>
#include <map>
#include <utility>

#include "engine/base/ids.h"
#include "engine/pipeline/guards.h"

namespace riposte {

class HeldBack {
 public:
  void add(const RuleId& rule, Guard guard, std::uint64_t times = 1) { counts_[{rule, guard}] += times; }
  void add(const HeldBack& other) {
    for (const auto& [place, times] : other.counts_) counts_[place] += times;
  }
  /// An action was made whose cooldown found no room.
  void note_no_room() { ++no_room_; }

  const std::map<std::pair<RuleId, Guard>, std::uint64_t>& counts() const { return counts_; }
  std::uint64_t without_room() const { return no_room_; }
  std::uint64_t count(const RuleId& rule, Guard guard) const {
    const auto found = counts_.find({rule, guard});
    return found == counts_.end() ? 0 : found->second;
  }

 private:
  std::map<std::pair<RuleId, Guard>, std::uint64_t> counts_;
  std::uint64_t no_room_ = 0;
};

}  // namespace riposte
