#include "engine/authoring/rule_tests.h"

#include <algorithm>
#include <filesystem>
#include <sstream>

#include <fmt/format.h>

#include "engine/authoring/event_lines.h"
#include "engine/authoring/explain.h"
#include "engine/lifecycle/step.h"
#include "engine/pipeline/detector.h"
#include "rules/matching/explain.h"

namespace riposte {
namespace {

Result<std::string> event_of(const RuleTest& test) {
  if (!test.event.empty()) return test.event;
  return read_whole((std::filesystem::path(test.location.file).parent_path() / test.event_file).string());
}

/// What an action that came out says where the expected one says something; empty when they agree.
std::vector<std::string> differences(const ExpectedAction& expected, const Action& action) {
  std::vector<std::string> found;
  const auto compare = [&](const char* what, const std::optional<std::string>& wanted,
                           std::string_view actual) {
    if (wanted && *wanted != actual)
      found.push_back(fmt::format("its {} is '{}', not '{}'", what, actual, *wanted));
  };
  compare("state", expected.state, name_of(action.state));
  compare("comment", expected.comment, action.comment);
  const std::string reason =
      fmt::format("{} {} {}", name_of(action.reason), name_of(action.ground), action.detail);
  if (expected.reason && reason.find(*expected.reason) == std::string::npos)
    found.push_back(fmt::format("'{}' is not in what it says: {}", *expected.reason, reason));
  for (const auto& [name, wanted] : expected.parameters) {
    const auto actual = action.parameters.find(name);
    if (actual == action.parameters.end())
      found.push_back(fmt::format("it has no parameter '{}'", name));
    else
      compare(fmt::format("parameter '{}'", name).c_str(), wanted, text_of(actual->second));
  }
  return found;
}

/// Runs the tests of one rule set, one after the other.
class TestRunner {
 public:
  TestRunner(const RuleSet& rules, const Policy& policy, const ActionCatalogue& actions, WallTime now)
      : rules_(rules), detector_({}, policy, actions), now_(now) {}

  RuleTestResult run(RuleIndex index, const RuleTest& test) {
    RuleTestResult result{rules_.rule(index).id, test.name, test.location, {}};
    failures_ = &result.failures;
    check(index, test);
    return result;
  }

 private:
  void fail_with(std::string failure) { failures_->push_back(std::move(failure)); }

  void check(RuleIndex index, const RuleTest& test) {
    const auto bytes = event_of(test);
    if (!bytes) return fail_with(bytes.error().text());
    const auto event = parser_.parse(*bytes);
    if (!event) return fail_with(fmt::format("its event is none: {}", event.error().detail));
    const auto matches = rules_.match(*event, scratch_);
    if (!matches) return fail_with(matches.error().text());
    const bool matched = std::ranges::find(*matches, index) != matches->end();
    if (matched != test.matches) return fail_with(explained(index, *event, matched));
    if (test.actions) check_actions(index, test, *bytes, test.at.value_or(moment_of(matches->recognised)));
  }

  /// Why it matched, or why not, is the next question of whoever reads the failure.
  std::string explained(RuleIndex index, const Event& event, bool matched) {
    std::ostringstream text;
    text << (matched ? "must not match, but does:\n" : "must match, but does not:\n");
    if (const auto tree = print_explanation(rules_, index, event, text); !tree) text << tree.error().text();
    return text.str();
  }

  WallTime moment_of(const Recognised& recognised) const {
    const auto time = recognised.schema->first(recognised.event, field::kTime);
    const auto moment = time ? parse_iso8601(time->text()) : std::nullopt;
    return moment.value_or(now_);
  }

  void check_actions(RuleIndex index, const RuleTest& test, const std::string& bytes, WallTime at) {
    std::vector<Action> made = actions_of(rules_.rule(index).id, bytes, at);
    for (const ExpectedAction& expected : *test.actions) take_expected(expected, made);
    for (const Action& action : made)
      fail_with(fmt::format("{} on {} comes out ({}), and is not expected", name_of(action.type),
                            action.target, name_of(action.state)));
  }

  std::vector<Action> actions_of(const RuleId& rule, const std::string& bytes, WallTime at) {
    const Detection detection = detector_.detect({StreamId("test"), Offset(0), Offset(1), bytes}, rules_, at);
    std::vector<Action> made;
    for (const Proposed& proposed : detection.proposals) {
      if (proposed.request.cause.rule != rule) continue;
      if (auto begun = step(nullptr, proposed, at))
        made.push_back(std::move(begun->action));
      else
        fail_with(begun.error().text());
    }
    return made;
  }

  void take_expected(const ExpectedAction& expected, std::vector<Action>& made) {
    const auto same_type = [&](const Action& action) { return name_of(action.type) == expected.type; };
    const auto fits = std::ranges::find_if(made, [&](const Action& action) {
      return same_type(action) && differences(expected, action).empty();
    });
    if (fits != made.end()) {
      made.erase(fits);
      return;
    }
    const auto nearest = std::ranges::find_if(made, same_type);
    if (nearest == made.end()) return fail_with(fmt::format("no {} comes out", expected.type));
    for (const std::string& difference : differences(expected, *nearest))
      fail_with(fmt::format("{} comes out, but {}", expected.type, difference));
    made.erase(nearest);
  }

  const RuleSet& rules_;
  Detector detector_;
  const WallTime now_;
  EventParser parser_;
  Scratch scratch_;
  std::vector<std::string>* failures_ = nullptr;
};

}  // namespace

std::size_t RuleTestReport::failed() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(results, [](const RuleTestResult& result) { return !result.failures.empty(); }));
}

RuleTestReport run_rule_tests(const RuleSet& rules, const Policy& policy, const ActionCatalogue& actions,
                              WallTime now) {
  RuleTestReport report;
  TestRunner runner(rules, policy, actions, now);
  for (std::uint32_t i = 0; i < rules.size(); ++i) {
    const Rule& rule = rules.rule(RuleIndex(i));
    if (rule.tests.empty()) report.rules_without_tests.push_back(rule.id);
    for (const RuleTest& test : rule.tests) report.results.push_back(runner.run(RuleIndex(i), test));
  }
  return report;
}

}  // namespace riposte
