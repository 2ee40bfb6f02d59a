/// One rule set on a history: the engine's own detector and partition state, with the events' times for a
/// clock and memory for a store. What they make is counted; nothing is ever started.
///
/// Threads: one.
#pragma once

#include <functional>
#include <memory>

#include "engine/authoring/replay_order.h"
#include "engine/authoring/replay_records.h"
#include "engine/authoring/replay_tally.h"
#include "engine/authoring/replay_times.h"
#include "engine/pipeline/partition_state.h"

namespace riposte {

struct ReplayRules {
  const RuleSet& rules;
  const Policy& policy;
  const ActionCatalogue& actions;
};

/// What a run tells as it goes.
struct ReplayEvents {
  std::function<void(const DeadLetter&)> dead_letter;
  std::function<void(const Action&)> made;
};

class ReplayRun {
 public:
  /// `window`: of TimeOrder.
  ReplayRun(const ReplayRules& rules, EventLimits limits, ReplayEvents events,
            std::size_t window = TimeOrder::kProposalsMax);

  /// The rules that match it, in the order of the set.
  Result<std::vector<RuleIndex>> see(const Record& record, EventTimes& times);
  /// Nothing more comes.
  Result<void> finish();
  /// Complete after finish().
  const ReplayTally& tally() const { return tally_; }

 private:
  Result<void> decide(Sighting sighting);
  void count(const Commit& commit, WallTime at);
  Result<void> start_anew();
  void count_held_back();

  const RuleSet& rules_;
  const ReplayEvents events_;
  Detector detector_;
  TimeOrder order_;
  ReplayRecords records_;
  const std::shared_ptr<Claims> claims_ = std::make_shared<Claims>();
  std::optional<PartitionState> state_;
  std::size_t decided_ = 0;
  WallTime reached_ = WallTime::min();
  HeldBack held_back_;
  ReplayTally tally_;
};

}  // namespace riposte
