/// An order of the engine to one host, and its only encoding in bytes. docs/formats.md describes it.
///
/// Source:  docs/decisions/018-signed-orders.md
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/ids.h"
#include "engine/order/verbs.h"

namespace riposte::order {

inline constexpr std::size_t kOrderBytesMax = std::size_t{16} * 1024;
/// The longest wait for a host that is away, and an hour for clocks that differ.
inline constexpr Duration kOrderLifeMax = std::chrono::days(7) + std::chrono::hours(1);
inline constexpr Duration kDeadlineMax = std::chrono::minutes(10);  ///< the slowest verb reads 2 GiB
inline constexpr Duration kTtlMin = std::chrono::minutes(1);
inline constexpr Duration kTtlMax = std::chrono::days(30);
/// A host cut off by mistake comes back by itself within a week.
inline constexpr Duration kIsolationTtlMax = std::chrono::days(7);

/// Which engine gave the order: what an engine says that lost its shard is not obeyed any more.
struct Fence {
  std::uint32_t shard = 0;
  std::uint64_t epoch = 0;     ///< rises whenever somebody takes the shard over
  std::uint64_t sequence = 0;  ///< of the action's audit record: for people, orders overtake each other
  bool operator==(const Fence&) const = default;
};

enum class Purpose : std::uint8_t {
  carry_out = 1,
  probe = 2,   ///< what became of it? If nothing: it shall not run any more
  verify = 3,  ///< is the world as the order wanted it?
  cancel = 4,
  acknowledge = 5,  ///< the engine has the report on record
};

struct Order {
  Purpose purpose = Purpose::carry_out;
  ActionId action;            ///< the idempotency key
  std::uint32_t attempt = 0;  ///< of the action; a probe speaks of this one and all before it
  std::string fleet;
  std::string machine_id;
  std::uint64_t enrolment =
      0;  ///< a host that was enrolled anew does not obey what was meant for the old one
  Fence fence;
  WallTime issued_at;
  WallTime expires_at;
  Duration ttl{};        ///< the host itself takes the effect back then; zero: no such time
  std::string releases;  ///< the action whose effect ends; empty: none
  bool by_person = false;
  Command command;
  Duration deadline{};  ///< bound on the deed; zero: the verb's own
  bool operator==(const Order&) const = default;
};

/// Errors: invalid, which names the field, its bound and the cure.
Result<void> check(const Order& order);

std::string encode(const Order& order);
/// Accepts exactly what encode() makes of an order that passes check(). Errors: invalid.
Result<Order> decode_order(std::string_view bytes);

}  // namespace riposte::order
