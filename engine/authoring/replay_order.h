/// Detections put in the order of their events' times, as far as a bounded window reaches. Those of the same
/// moment stay in the order in which they came.
#pragma once

#include <cstddef>
#include <map>
#include <optional>

#include "engine/base/clock.h"
#include "engine/pipeline/detector.h"

namespace riposte {

struct Sighting {
  WallTime at;
  Detection detection;
};

class TimeOrder {
 public:
  explicit TimeOrder(std::size_t proposals_max = kProposalsMax) : proposals_max_(proposals_max) {}

  void put(Sighting sighting);
  /// The earliest, when more wait than the window holds.
  std::optional<Sighting> take_overflow();
  /// The earliest of all that wait.
  std::optional<Sighting> take();

  /// About 2 KB each. A history with fewer is put in order whole, however its events are mixed.
  static constexpr std::size_t kProposalsMax = 50'000;

 private:
  const std::size_t proposals_max_;
  std::size_t proposals_ = 0;
  std::multimap<WallTime, Detection> waiting_;
};

}  // namespace riposte
