/// The rules in force, and what becomes of them when their files change: all are read again and compiled
/// aside, and the new set takes the place of the old one whole, or not at all.
///
/// What an error in the new rules means is for the configuration to say (reload.on_error). In either case a
/// path that is gone, a broken schema or a set that would be left without any rule is refused.
/// Scripts, placeholders, active hours and policy stay as they were when the engine started.
///
/// Threads: one.
/// Source:  docs/decisions/011-changing-rules-while-it-runs.md
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "engine/base/clock.h"
#include "engine/base/metrics.h"
#include "engine/config/loading.h"

namespace riposte {

/// What it leans on. Borrowed.
struct RuleReloadParts {
  const Configuration& configuration;
  const ActionCatalogue& actions;
  Clock& clock;
  Metrics& metrics;
  std::function<void(std::shared_ptr<const RuleSet>)> use;  ///< puts a set in force
};

class RuleReload {
 public:
  /// `first`: what load() gave, in force already. Its rules are never null.
  RuleReload(RuleReloadParts parts, LoadedRules first);

  /// Called at even intervals: reads the rules again once their files have changed and then stayed the same
  /// from one look to the next, so that what is being written is not read half.
  void look();
  /// Reads them again now, changed or not.
  void reload();

  const RuleSet& in_force() const { return *in_force_; }

  /// Errors of one reading that are logged one by one, and as many warnings; `riposte check` has them all.
  static constexpr std::size_t kErrorsLogged = 20;
  /// Bytes of the text of one of them in the log.
  static constexpr std::size_t kErrorBytesMax = 1000;

 private:
  void read_again();
  void judge(LoadedRules loaded, Duration took);
  bool is_refused(LoadedRules& loaded) const;
  void take(std::shared_ptr<const RuleSet> rules, Duration took);
  void note_current();
  void count(std::string_view result);

  const RuleReloadParts parts_;
  std::shared_ptr<const RuleSet> in_force_;
  /// The set before, until the next look: by then no worker holds it, and it is not for them to take apart.
  std::shared_ptr<const RuleSet> retired_;
  FileStamps read_;  ///< of what was read last, taken or refused
  FileStamps seen_;  ///< at the last look
  Gauge& rules_loaded_;
  Gauge& rules_refused_;
  Gauge& current_since_;
};

}  // namespace riposte
