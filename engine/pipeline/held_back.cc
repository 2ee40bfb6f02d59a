#include "engine/pipeline/held_back.h"

namespace riposte {

void HeldBack::report(Metrics& metrics) {
  for (const auto& [place, times] : std::exchange(counts_, {}))
    metrics
        .counter("riposte_responses_held_back_total",
                 "Responses of matching rules that a guard kept from becoming an action",
                 {{"rule", place.first.value()}, {"guard", std::string(name_of(place.second))}})
        .add(static_cast<double>(times));
  if (no_room_ > 0)
    metrics
        .counter("riposte_cooldowns_without_room_total",
                 "Actions whose cooldown was not opened because too many are running")
        .add(static_cast<double>(std::exchange(no_room_, 0)));
}

}  // namespace riposte
