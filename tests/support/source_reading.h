/// What tests need to read from a Source and to keep what came.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "engine/base/clock.h"
#include "engine/ports/source.h"

namespace riposte::test {

/// How long anything may take that certainly comes.
inline constexpr Duration kSourcePatience = std::chrono::seconds(20);

inline PositionLookup nothing_stored() {
  return [](const StreamId&) -> Result<std::optional<Offset>> { return std::optional<Offset>(); };
}

inline PositionLookup stored_at(Offset position) {
  return [position](const StreamId&) -> Result<std::optional<Offset>> { return std::optional(position); };
}

inline std::vector<std::string> numbered(int from, int to) {
  std::vector<std::string> records;
  for (int i = from; i < to; ++i) records.push_back("{\"number\":" + std::to_string(i) + "}");
  return records;
}

/// What came out of a source, by kind.
struct Received {
  std::vector<Assigned> assigned;
  std::vector<Record> records;
  std::vector<Revoked> revoked;
  std::vector<Exhausted> exhausted;

  std::vector<std::string> bytes() const {
    std::vector<std::string> all;
    all.reserve(records.size());
    for (const Record& record : records) all.push_back(record.bytes);
    return all;
  }
  void add(const RecordRun& run) {
    for (std::size_t i = 0; i < run.size(); ++i) {
      const RecordView record = run[i];
      records.push_back(
          {record.stream, record.offset, record.next, std::string(record.bytes), record.oversize});
    }
  }
  void add(SourceEvent event) {
    if (auto* assigned_now = std::get_if<Assigned>(&event)) assigned.push_back(std::move(*assigned_now));
    if (const auto* run = std::get_if<RecordRun>(&event)) add(*run);
    if (auto* revoked_now = std::get_if<Revoked>(&event)) revoked.push_back(std::move(*revoked_now));
    if (auto* exhausted_now = std::get_if<Exhausted>(&event)) exhausted.push_back(std::move(*exhausted_now));
  }
};

/// Polls once into `received`.
inline void poll_into(Received& received, Source& source, std::chrono::milliseconds timeout) {
  auto events = source.poll(timeout);
  ASSERT_TRUE(events.has_value()) << events.error().text();
  for (SourceEvent& event : *events) received.add(std::move(event));
}

/// Polls until `enough` says so; fails when it never does.
template <class Enough>
void poll_until(Received& received, Source& source, Enough enough) {
  const Deadline deadline = Deadline::after(kSourcePatience);
  while (!enough(received)) {
    ASSERT_GT(deadline.left(), Duration::zero()) << "only " << received.records.size() << " records came";
    ASSERT_NO_FATAL_FAILURE(poll_into(received, source, std::chrono::milliseconds(50)));
  }
}

inline auto records(std::size_t count) {
  return [count](const Received& received) { return received.records.size() >= count; };
}

inline bool is_assigned(const Received& received) { return !received.assigned.empty(); }

}  // namespace riposte::test
