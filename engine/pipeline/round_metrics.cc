#include "engine/pipeline/round_metrics.h"

#include <utility>

#include "engine/base/log.h"

namespace riposte {

RoundMetrics::RoundMetrics(Metrics& metrics)
    : metrics_(metrics),
      records_(metrics.counter("riposte_records_total", "Input records dealt with")),
      matches_(metrics.counter("riposte_rule_matches_total", "Rules that matched a record")) {}

void RoundMetrics::count(std::span<const Commit> commits) {
  if (records_seen_ > 0) records_.add(static_cast<double>(std::exchange(records_seen_, 0)));
  if (matches_seen_ > 0) matches_.add(static_cast<double>(std::exchange(matches_seen_, 0)));
  for (const Commit& commit : commits) {
    for (const AuditRecord& record : commit.audit) count(record);
    for (const DeadLetter& letter : commit.dead_letters) count(letter);
  }
}

void RoundMetrics::report(HeldBack& held_back) {
  const HeldBack counted = std::exchange(held_back, {});
  for (const auto& [place, times] : counted.counts()) {
    Counter*& counter = held_back_[place];
    if (counter == nullptr)
      counter =
          &metrics_.counter("riposte_responses_held_back_total",
                            "Responses of matching rules that a guard kept from becoming an action",
                            {{"rule", place.first.value()}, {"guard", std::string(name_of(place.second))}});
    counter->add(static_cast<double>(times));
  }
  if (counted.without_room() == 0) return;
  if (without_room_ == nullptr)
    without_room_ = &metrics_.counter("riposte_cooldowns_without_room_total",
                                      "Actions whose cooldown was not opened because too many are running");
  without_room_->add(static_cast<double>(counted.without_room()));
}

void RoundMetrics::count(const AuditRecord& record) {
  Counter*& counter = transitions_[{record.type, record.event, record.to}];
  if (counter == nullptr)
    counter = &metrics_.counter("riposte_transitions_total", "Audited moves of actions",
                                {{"type", std::string(name_of(record.type))},
                                 {"event", record.event},
                                 {"to", std::string(name_of(record.to))}});
  counter->add();
}

void RoundMetrics::count(const DeadLetter& letter) {
  metrics_
      .counter("riposte_dead_letters_total", "Input records that could not be used",
               {{"reason", letter.reason}})
      .add();
  log::warning("input record cannot be used", {{"stream", letter.stream.value()},
                                               {"offset", letter.offset.value()},
                                               {"reason", letter.reason},
                                               {"detail", letter.detail}});
}

void RoundMetrics::set(Partition partition, const Standing& standing) {
  auto gauges = standing_.find(partition);
  if (gauges == standing_.end()) {
    const Labels labels{{"partition", std::to_string(partition.value())}};
    const auto gauge = [&](const char* name, const char* help) -> Gauge& {
      return metrics_.gauge(name, help, labels);
    };
    gauges =
        standing_
            .emplace(
                partition,
                Gauges{gauge("riposte_open_actions", "Actions that something can still happen to"),
                       gauge("riposte_in_doubt_actions", "Actions of which nobody knows whether they ran"),
                       gauge("riposte_actions_parked", "Actions that wait for hosts that are away")})
            .first;
  }
  gauges->second.open.set(static_cast<double>(standing.open));
  gauges->second.in_doubt.set(static_cast<double>(standing.in_doubt));
  gauges->second.parked.set(static_cast<double>(standing.parked));
}

}  // namespace riposte
