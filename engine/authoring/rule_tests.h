/// `riposte test`: runs the tests that rules carry, each through the way of a real detection up to what would
/// be recorded.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "engine/base/clock.h"
#include "engine/lifecycle/policy.h"
#include "rules/matching/rule_set.h"

namespace riposte {

struct RuleTestResult {
  RuleId rule;
  std::string test;
  Location location;
  std::vector<std::string> failures;  ///< empty: passed
};

struct RuleTestReport {
  std::vector<RuleTestResult> results;  ///< in the order of the rules
  std::vector<RuleId> rules_without_tests;

  std::size_t failed() const;
};

/// `now`: the moment for events that say no time, in tests that say none either.
RuleTestReport run_rule_tests(const RuleSet& rules, const Policy& policy, const ActionCatalogue& actions,
                              WallTime now);

/// A line per test, what is wrong below it, and a last line that counts.
void print_report(const RuleTestReport& report, std::ostream& out);
void print_report_json(const RuleTestReport& report, std::ostream& out);
/// The format that test runners exchange.
void print_junit(const RuleTestReport& report, std::ostream& out);

}  // namespace riposte
