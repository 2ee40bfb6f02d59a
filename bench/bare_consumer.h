/// The least that any consumer of a topic does: librdkafka with the engine's own settings, assigned by hand,
/// polled record by record, its bytes counted.
///
/// Errors:  throws std::runtime_error.
#pragma once

#include <cstdint>
#include <string>

#include "bench/samples.h"
#include "connectors/kafka/options.h"

namespace riposte::bench {

struct Reading {
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
  Seconds time{};  ///< from the first record to the last
  Seconds cpu{};   ///< of this whole process meanwhile
};

/// Reads until `records` have come.
Reading read_bare(const KafkaOptions& options, int partitions, std::uint64_t records);

}  // namespace riposte::bench
