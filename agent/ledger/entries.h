/// What a host writes down of every order, before and after it acts. docs/formats.md describes the bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "agent/ledger/instant.h"
#include "engine/order/report.h"

namespace riposte::agent {

inline constexpr std::size_t kPlanBytesMax = std::size_t{64} * 1024;
inline constexpr std::size_t kBootIdBytesMax = 36;
/// As many as may hold one effect.
inline constexpr std::size_t kHoldingsMax = 10'000;

/// On disk before anything happens: what will be done, and what is needed to undo it.
struct Started {
  order::Order order;
  std::string plan;  ///< the state before the deed, in the words of its verb
  Instant at;
  std::optional<Instant> undo_due;  ///< when the host takes the effect back by itself
  bool operator==(const Started&) const = default;
};
struct Done {
  ActionId action;
  order::DeedResult result;
  std::vector<ActionId> lifted;  ///< the actions that hold their effect no longer
  WallTime at;
  bool operator==(const Done&) const = default;
};
/// The host has taken the effect back by itself.
struct Released {
  ActionId action;
  WallTime at;
  bool operator==(const Released&) const = default;
};
/// The engine was told that these attempts never ran, so they never will. Of one that was started: a crash
/// came before it had any effect.
struct Cancelled {
  ActionId action;
  std::uint32_t attempts = 0;  ///< this one and all before it
  WallTime issued_at;          ///< of the order that asked
  bool operator==(const Cancelled&) const = default;
};
struct Acknowledged {
  ActionId action;
  WallTime issued_at;
  bool operator==(const Acknowledged&) const = default;
};
struct FenceRaised {
  std::uint32_t shard = 0;
  std::uint64_t epoch = 0;
  bool operator==(const FenceRaised&) const = default;
};
/// The engine's clock was at least there.
struct TimeMark {
  WallTime engine_time;
  bool operator==(const TimeMark&) const = default;
};

/// The number of each on disk is its place here, from 1: append, never reorder.
using Entry = std::variant<Started, Done, Released, Cancelled, Acknowledged, FenceRaised, TimeMark>;

std::string encode(const Entry& entry);
/// Errors: invalid.
Result<Entry> decode_entry(std::string_view bytes);

}  // namespace riposte::agent
