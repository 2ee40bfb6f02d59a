#include "engine/authoring/replay_times.h"

#include <algorithm>

namespace riposte {

void EventTimes::begin(const PastRecord& record) {
  stream_ = &streams_[record.record.stream];
  written_ = record.written;
  moment_.reset();
}

WallTime EventTimes::of(const Recognised& recognised) {
  if (moment_) return *moment_;
  const auto said = recognised.schema->first(recognised.event, field::kTime);
  const auto own = said ? parse_iso8601(said->text()) : std::nullopt;
  moment_ = own ? *own : stand_in();
  if (own) note(*own);
  return *moment_;
}

WallTime EventTimes::stand_in() {
  ++counts_.without_time;
  if (written_) return *written_;
  return stream_->previous.value_or(unknown_);
}

void EventTimes::note(WallTime own) {
  if (stream_->latest && own < *stream_->latest) ++counts_.out_of_order;
  stream_->previous = own;
  stream_->latest = std::max(own, stream_->latest.value_or(own));
  counts_.first = std::min(own, counts_.first.value_or(own));
  counts_.last = std::max(own, counts_.last.value_or(own));
}

}  // namespace riposte
