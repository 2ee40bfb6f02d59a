/// The cooldowns that are running, of all partitions: what one opens holds for every one.
///
/// Threads: any.
/// Limits:  kCooldownsMax at once; a further action is made without opening one. A restart restores them from
///          the rows of their openers' partitions.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/lifecycle/cooldown.h"

namespace riposte {

class Cooldowns {
 public:
  enum class Answer : std::uint8_t { opened, swallowed, full };

  /// Swallows the match, which is counted for the opener, or opens `wanted`: one step, so that of two
  /// partitions only one acts.
  Answer ask(const Cooldown& wanted, WallTime now);

  /// Read back after a restart.
  void restore(std::span<const Cooldown> stored);

  /// What one partition has to write down.
  struct News {
    std::vector<std::string> over;                ///< keys of its rows that are no longer needed
    std::map<ActionId, std::uint64_t> swallowed;  ///< since the last time, by opener
  };
  /// The counts at most every kSwallowedLag, unless a cooldown of this partition is over or `flush` is set.
  News take_news(Partition partition, WallTime now, bool flush);
  /// They could not be written.
  void give_back(Partition partition, const std::map<ActionId, std::uint64_t>& swallowed);

  /// About 300 bytes each.
  static constexpr std::size_t kCooldownsMax = 200'000;

 private:
  /// What the openers of one partition have running.
  struct Ledger {
    std::set<std::pair<WallTime, std::string>> ends;  ///< every row of its own, until it is taken as over
    std::map<ActionId, std::uint64_t> swallowed;
    WallTime told_at{};
  };
  void open(const Cooldown& cooldown);

  std::mutex mutex_;
  std::unordered_map<std::string, Cooldown> running_;
  std::map<Partition, Ledger> ledgers_;
};

}  // namespace riposte
