#include "engine/authoring/replay_order.h"

#include <utility>

namespace riposte {

void TimeOrder::put(Sighting sighting) {
  proposals_ += sighting.detection.proposals.size();
  waiting_.emplace(sighting.at, std::move(sighting.detection));
}

std::optional<Sighting> TimeOrder::take_overflow() {
  return proposals_ > proposals_max_ ? take() : std::nullopt;
}

std::optional<Sighting> TimeOrder::take() {
  if (waiting_.empty()) return {};
  auto earliest = waiting_.extract(waiting_.begin());
  proposals_ -= earliest.mapped().proposals.size();
  return Sighting{earliest.key(), std::move(earliest.mapped())};
}

}  // namespace riposte
