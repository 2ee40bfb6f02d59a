/// What becomes of an order that has come: the one place that decides, from values alone.
///
/// An order that is answered with "it did not run" is bound by the answer: a copy of it that comes later does
/// not run either, whatever has changed. Where that cannot be recorded, the answer does not promise it.
/// Source:  docs/decisions/020-agent-journal.md
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/ledger/ledger.h"
#include "agent/ledger/local_policy.h"
#include "agent/ledger/rate_limits.h"

namespace riposte::agent {

/// A clock further behind the engine's than this is wrong, and everything that rests on it.
inline constexpr Duration kClockSkewMax = std::chrono::minutes(5);

struct HostIdentity {
  std::string fleet;
  std::string machine_id;
  std::uint64_t enrolment = 0;
};

enum class Ruling : std::uint8_t {
  dismissed,    ///< not from our engine or not for this host: counted, never answered
  expired,      ///< too late; the answer says what is known of the action all the same
  answer,       ///< it has ended before: the same answer again
  cancelled,    ///< the engine was told that it will not run
  stale,        ///< from an engine that lost its shard
  examine,      ///< the world must be looked at: it was started and its end is not known, or a verification
  refused,      ///< this host's own policy, its rates or its clock are against it
  full,         ///< no room to remember it
  disown,       ///< it never ran and now never will: to be recorded, then answered
  acknowledge,  ///< the engine has the report: to be recorded
  run,
};
inline constexpr Ruling kLastRuling = Ruling::run;
std::string_view name_of(Ruling ruling);

struct Judgement {
  Ruling ruling = Ruling::dismissed;
  std::optional<order::Order> order;  ///< only what was signed, and for this host
  order::DeedResult result;           ///< the answer where nothing is run or examined
  order::Standing standing = order::Standing::not_yet;
  std::vector<Entry> record;  ///< on disk before anything is answered or done
};

struct Grounds {
  const order::KeyRing& keys;
  const HostIdentity& host;
  const Ledger& ledger;
  const LocalPolicy& policy;
  const RateLimits& rates;
  bool journal_has_room;
  Instant now;  ///< its wall time as the clock has it
};

/// Only Ruling::run counts against the rates; the caller takes it from them.
Judgement judge(const order::SignedOrder& sealed, const Grounds& grounds);

}  // namespace riposte::agent
