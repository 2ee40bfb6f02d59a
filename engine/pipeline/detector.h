/// From the bytes of a record to what it asks for: parse, match, render. Remembers nothing between records.
///
/// Threads: one; every worker has its own.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "engine/lifecycle/commit.h"
#include "engine/lifecycle/policy.h"
#include "engine/pipeline/held_back.h"
#include "engine/ports/source.h"
#include "rules/event/event_parser.h"
#include "rules/matching/rule_set.h"

namespace riposte {

struct Detected;

/// What one record asks for: actions, or a place among the dead letters, or neither.
struct Detection {
  StreamId stream;
  Offset offset;
  Offset next;
  std::vector<RuleIndex> matches;   ///< rules of the set that matched
  std::vector<Proposed> proposals;  ///< of a chain, each behind the one that it waits for
  HeldBack held_back;
  std::optional<DeadLetter> dead_letter;
  std::string bytes;  ///< kept when there are proposals: a conflicting duplicate becomes a dead letter
};

/// The moment at which an event is judged, asked once its format is known.
using MomentOf = std::function<WallTime(const Recognised&)>;

class Detector {
 public:
  Detector(EventLimits limits, const Policy& policy, const ActionCatalogue& actions)
      : limits_(limits), policy_(policy), actions_(actions), parser_(limits) {}

  /// An event that cannot be matched within the memory budget becomes a dead letter: never passed over in
  /// silence. `now`: when the record is read; events are judged by it unless `moment` says otherwise, as for
  /// events of the past.
  Detection detect(const RecordView& record, const RuleSet& rules, WallTime now, const MomentOf& moment = {});

 private:
  struct Moment {
    WallTime now;
    const MomentOf& of;
  };
  Result<void> match(const Event& event, const RecordView& record, const RuleSet& rules, const Moment& moment,
                     Detection& detection);
  void respond(const Detected& detected, const Rule& rule, Detection& detection);

  EventLimits limits_;
  const Policy& policy_;
  const ActionCatalogue& actions_;
  EventParser parser_;
  Scratch scratch_;
};

}  // namespace riposte
