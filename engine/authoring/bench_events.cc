#include "engine/authoring/bench_events.h"

#include "rules/event/parse_floor.h"

namespace riposte {

void BenchEvents::add(std::string_view event) {
  places_.push_back({bytes_.size(), event.size()});
  bytes_ += event;
  bytes_.append(ParseFloor::kPadding, '\0');
  total_ += event.size();
}

}  // namespace riposte
