/// Which action holds which effect on this host, until when. An effect ends when its last hold goes.
#pragma once

#include <compare>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "agent/ledger/instant.h"
#include "engine/order/order.h"

namespace riposte::agent {

/// What two actions of the same kind have in common: one address, one process, the host.
struct Effect {
  order::Verb made_by = order::kFirstVerb;
  std::string target;
  auto operator<=>(const Effect&) const = default;
};

/// Nothing where the order leaves nothing behind that could be taken back. Every quarantine is an effect of
/// its own: two files may have had the same path.
std::optional<Effect> effect_of(const order::Order& order);
/// The effect of one address that is blocked.
Effect blocking(const IpAddress& address);
inline const Effect kIsolation{order::Verb::isolate_host, ""};

class Holdings {
 public:
  struct Hold {
    Effect effect;
    std::optional<Instant> until;  ///< nothing: until it is released
    bool operator==(const Hold&) const = default;
  };

  void add(const ActionId& action, Hold hold);
  void remove(const ActionId& action);

  const Hold* find(const ActionId& action) const;
  std::vector<ActionId> owners_of(const Effect& effect) const;
  /// The effects that nobody holds any more once `lifted` do not: what is to be taken back.
  std::vector<Effect> ended_by(std::span<const ActionId> lifted) const;
  /// The actions whose time is over.
  std::vector<ActionId> due(const Instant& now) const;
  /// The latest end among the owners; nothing when one of them has none. Precondition: it has an owner.
  std::optional<Instant> end_of(const Effect& effect) const;

  const std::map<ActionId, Hold>& all() const { return holds_; }
  std::size_t size() const { return holds_.size(); }
  bool operator==(const Holdings&) const = default;

 private:
  std::map<ActionId, Hold> holds_;
  std::set<std::pair<Effect, ActionId>> owners_;
};

}  // namespace riposte::agent
