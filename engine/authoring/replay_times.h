/// The moment at which each event of a history is judged: its own time, or what stands in for it.
///
/// An event that says no time, or none that can be read, is judged at the moment when its place received it;
/// where that is not known either, at the time of the last event before it in its stream; and before there
/// is any, at `unknown`.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "engine/ports/history.h"
#include "rules/matching/rule_set.h"

namespace riposte {

struct TimeCounts {
  std::uint64_t without_time = 0;
  std::uint64_t out_of_order = 0;  ///< earlier than an event before them in their stream
  std::optional<WallTime> first;   ///< of the times that events say
  std::optional<WallTime> last;
};

class EventTimes {
 public:
  explicit EventTimes(WallTime unknown) : unknown_(unknown) {}

  /// The next record: what is asked until then is about it.
  void begin(const PastRecord& record);
  /// Asked again for the same record, it gives the same.
  WallTime of(const Recognised& recognised);
  const TimeCounts& counts() const { return counts_; }

 private:
  struct Stream {
    std::optional<WallTime> previous;
    std::optional<WallTime> latest;
  };
  WallTime stand_in();
  void note(WallTime own);

  const WallTime unknown_;
  std::map<StreamId, Stream> streams_;
  Stream* stream_ = nullptr;
  std::optional<WallTime> written_;
  std::optional<WallTime> moment_;
  TimeCounts counts_;
};

}  // namespace riposte
