/// The rules and events of a bench about matching: those that the environment names, else the examples.
///
///   RIPOSTE_BENCH_RULES     folder of rules             else examples/rules
///   RIPOSTE_BENCH_VARIANTS  folder of bench/vary_rules.py's output, for more rules than those
///   RIPOSTE_BENCH_EVENTS    one JSON event per line     else made-up Elastic Security alerts
///   RIPOSTE_BENCH_SCHEMA    shipped format of the events; must be named with them
///
/// Errors:  throws std::runtime_error when one of them cannot be read.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bench/padded_lines.h"
#include "rules/language/rule.h"
#include "rules/matching/rule_set.h"

namespace riposte::bench {

class Given {
 public:
  /// `smoke`: of the made-up events only a few.
  explicit Given(bool smoke);

  const PaddedLines& events() const { return events_; }
  /// The rules themselves, without variants.
  std::size_t own_rules() const { return own_rules_; }
  std::size_t all_rules() const { return rules_.size(); }
  /// The rules in an order that neither folders nor names decide, variants behind them.
  const std::vector<Rule>& rules() const { return rules_; }
  /// Rules compiled against the format of the events.
  std::shared_ptr<const RuleSet> compile(std::vector<Rule> rules) const;
  /// The first so many of them; compiled once.
  const RuleSet& first(std::size_t count);

 private:
  std::string schema_;
  std::vector<Rule> rules_;
  std::size_t own_rules_ = 0;
  PaddedLines events_;
  std::map<std::size_t, std::shared_ptr<const RuleSet>> compiled_;
};

}  // namespace riposte::bench
