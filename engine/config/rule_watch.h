/// The thread that looks at the rule files every second and keeps the rules in force up to date.
///
/// Threads: reload() from any. Destruction waits for a reading that is under way.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "engine/config/rule_reload.h"

namespace riposte {

class RuleWatch {
 public:
  RuleWatch(RuleReloadParts parts, LoadedRules first);

  /// Reads the rules again soon, whether or not their files look changed. Never waits.
  void reload();

  /// A change is in force after the second look that sees it: between one and two of these.
  static constexpr std::chrono::milliseconds kLookInterval{1000};

 private:
  void work(const std::stop_token& stop);

  RuleReload reload_;
  std::mutex mutex_;
  std::condition_variable_any asked_;
  bool is_asked_ = false;  // guarded by mutex_
  std::jthread thread_;
};

}  // namespace riposte
