/// What the journal says, folded: which orders ran and how they ended, what they hold, what shall not run.
///
/// Everything here follows from the entries alone, in their order; the kernel's state follows from the
/// holdings. Limits:  an action is forgotten only when no order for it can be valid any more by the engine's
/// own clock, its
///          report is acknowledged and it holds nothing; so a clock that is set wrongly forgets nothing.
/// Source:  docs/decisions/020-agent-journal.md
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "agent/ledger/entries.h"
#include "agent/ledger/holdings.h"

namespace riposte::agent {

/// Actions that ran and attempts that shall not.
inline constexpr std::size_t kKnownMax = 100'000;
/// Partitions of all engines that this host ever obeyed.
inline constexpr std::size_t kShardsMax = 4096;

class Ledger {
 public:
  struct Known {
    Started started;
    std::optional<Done> done;  ///< without `lifted`: each of those says itself when it was released
    std::optional<WallTime> released_at;
    bool acknowledged = false;
    bool operator==(const Known&) const = default;
  };
  /// Attempts that never ran, or had no effect, and never shall.
  struct Disowned {
    std::uint32_t attempts = 0;
    WallTime issued_at;
    bool operator==(const Disowned&) const = default;
  };

  /// An end, release or acknowledgement of what never started changes nothing. A second end counts only when
  /// the first left open what happened. A start without an end goes with the attempt that is disowned.
  void apply(const Entry& entry);

  const Known* find(const ActionId& action) const;
  bool is_disowned(const ActionId& action, std::uint32_t attempt) const;
  const Holdings& holdings() const { return holdings_; }
  /// Which actions hold their effect no longer once `order`, an inverse, has succeeded.
  std::vector<ActionId> lifted_by(const order::Order& order) const;
  /// A person unblocked the address so shortly ago that no rule may block it.
  bool is_spared(const IpAddress& address, WallTime now) const;
  /// 0 for a shard that never spoke to this host.
  std::uint64_t epoch_of(std::uint32_t shard) const;
  /// Whether an order of this shard still finds a place.
  bool has_place_for(std::uint32_t shard) const;
  /// The latest time that an engine is known to have signed.
  WallTime engine_time() const { return engine_time_; }
  /// A clock that was set back re-opens nothing.
  WallTime corrected(WallTime clock) const { return std::max(clock, engine_time_); }
  std::size_t size() const { return known_.size() + disowned_.size(); }

  /// Forgets what nothing can ask for any more; says how much.
  std::size_t forget();
  /// Entries from which the same ledger follows.
  std::vector<Entry> snapshot() const;
  const std::map<ActionId, Known>& known() const { return known_; }

  bool operator==(const Ledger&) const = default;

 private:
  void take(const Started& started);
  void take(const Done& done);
  void take(const Released& released);
  void take(const Cancelled& cancelled);
  void take(const Acknowledged& acknowledged);
  void take(const FenceRaised& raised);
  void take(const TimeMark& mark);
  void release(const ActionId& action, WallTime at);
  void settle_hold(const ActionId& action, const Known& known);
  void spare(const Known& known);
  void see_time(WallTime engine_time) { engine_time_ = std::max(engine_time_, engine_time); }
  bool is_over(const Known& known) const;
  bool holds_for(const Holdings::Hold& hold, const ActionId& action,
                 const order::ResumeProcess& resume) const;

  std::map<ActionId, Known> known_;
  std::map<ActionId, Disowned> disowned_;
  Holdings holdings_;
  std::map<std::uint32_t, std::uint64_t> epochs_;
  std::map<Effect, WallTime> spared_until_;  ///< by the effect of blocking the address
  WallTime engine_time_;
};

/// The effect is there, or may be there: it is held, and taken back when its time is over.
bool may_have_had_effect(ResultWord word);

}  // namespace riposte::agent
