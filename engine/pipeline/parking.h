/// Actions that cannot be given out because of their host: it is away, or has enough to do. They are not
/// looked at again until it comes, or has answered something.
///
/// Threads: one.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/pipeline/slots.h"

namespace riposte {

class Parking {
 public:
  /// What an action leaves with.
  struct Spot {
    std::string host;
    std::uint64_t place = 0;  ///< in the queue; 0: it was not queued
    std::string lane{};       ///< that it keeps those behind it from; empty: none
  };

  /// `seat`: why there is none.
  void park(const Seat& seat, const ActionId& id, std::uint64_t place, std::string lane);
  /// Where an earlier order of the same lane waits, there this one waits, too. False: none does.
  bool park_behind(const std::string& lane, const ActionId& id, std::uint64_t place);
  /// Nothing: it is not here.
  std::optional<Spot> leave(const ActionId& id);

  bool contains(const ActionId& id) const { return spots_.contains(id); }
  /// Which host is away, and since when; nothing when that is not what the action waits for.
  std::optional<std::string> absence(const ActionId& id) const;
  std::vector<ActionId> all_of(const std::string& host) const;
  /// The first of each host that has enough to do: it may have answered something by now.
  std::vector<ActionId> next_of_busy_hosts() const;
  bool has_busy_hosts() const { return busy_hosts_ > 0; }
  std::size_t size() const { return spots_.size(); }
  /// Of those, what waits for a host that is away.
  std::size_t size_away() const { return away_; }

  /// Of one host that are tried again at once: as many as may be under way on it.
  static constexpr std::size_t kTriedAgain = 16;

 private:
  struct Lot {
    bool away = false;
    std::string why;
    std::set<std::pair<std::uint64_t, ActionId>> waiting;
  };
  void put(const std::string& host, const ActionId& id, std::uint64_t place, std::string lane);
  void set_away(Lot& lot, bool away);

  std::map<std::string, Lot> lots_;
  std::unordered_map<ActionId, Spot> spots_;
  std::unordered_map<std::string, std::set<std::pair<std::uint64_t, ActionId>>> lanes_;
  std::size_t busy_hosts_ = 0;
  std::size_t away_ = 0;  ///< actions in lots of hosts that are away
};

}  // namespace riposte
