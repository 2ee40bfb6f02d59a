/// What a worker's rounds bring about, told to the metrics and, for what could not be used, to the log.
///
/// Threads: one. Limits: metrics are looked up once each, however many rounds there are.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <tuple>
#include <utility>

#include "engine/base/metrics.h"
#include "engine/pipeline/held_back.h"
#include "engine/ports/records.h"

namespace riposte {

class RoundMetrics {
 public:
  explicit RoundMetrics(Metrics& metrics);

  /// Told with the next count(): the counters are shared by all workers, and a record is not worth their
  /// wait.
  void count_record(std::size_t matches) {
    ++records_seen_;
    matches_seen_ += matches;
  }
  void count(std::span<const Commit> commits);
  /// Nothing of it is told again.
  void report(HeldBack& held_back);
  struct Standing {
    std::size_t open = 0;
    std::size_t in_doubt = 0;
    std::size_t parked = 0;
  };
  void set(Partition partition, const Standing& standing);

 private:
  struct Gauges {
    Gauge& open;
    Gauge& in_doubt;
    Gauge& parked;
  };
  using Transition = std::tuple<ActionType, std::string, State>;
  void count(const AuditRecord& record);
  void count(const DeadLetter& letter);

  Metrics& metrics_;
  Counter& records_;
  Counter& matches_;
  std::uint64_t records_seen_ = 0;
  std::uint64_t matches_seen_ = 0;
  std::map<Transition, Counter*> transitions_;
  std::map<std::pair<RuleId, Guard>, Counter*> held_back_;
  Counter* without_room_ = nullptr;
  std::map<Partition, Gauges> standing_;
};

}  // namespace riposte
