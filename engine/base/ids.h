/// Identifiers that cannot be confused: explicit in, `.value()` out.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

namespace riposte {

template <class Tag, class Rep>
class Id {
 public:
  Id() = default;
  explicit Id(Rep value) : value_(std::move(value)) {}
  const Rep& value() const { return value_; }
  auto operator<=>(const Id&) const = default;
  bool operator==(const Id&) const = default;

 private:
  Rep value_{};
};

/// Number under which one input stream's actions, audit and position are kept. 0 holds what people submit.
using Partition = Id<struct PartitionTag, std::int32_t>;
/// Place of a record inside its stream: a Kafka offset, or the byte at which a line of a file starts.
/// As a position it names the *next* record to read.
using Offset = Id<struct OffsetTag, std::int64_t>;
/// Durable name of an input stream: "kafka:detections/3", "file:/var/log/alerts.ndjson#131074".
using StreamId = Id<struct StreamIdTag, std::string>;
/// 32 hexadecimal digits, derived from what caused the action: the idempotency key of everything it does.
using ActionId = Id<struct ActionIdTag, std::string>;
/// A rule's `id` (Sigma: a UUID).
using RuleId = Id<struct RuleIdTag, std::string>;
/// A person's name as the configuration spells it.
using UserName = Id<struct UserNameTag, std::string>;

}  // namespace riposte

template <class Tag, class Rep>
struct std::hash<riposte::Id<Tag, Rep>> {
  std::size_t operator()(const riposte::Id<Tag, Rep>& id) const { return std::hash<Rep>{}(id.value()); }
};
