#include "engine/authoring/commands.h"

#include <fstream>
#include <iostream>
#include <iterator>

#include <fmt/format.h>

#include "engine/authoring/bench.h"
#include "engine/authoring/check.h"
#include "engine/authoring/command_steps.h"
#include "engine/authoring/event_lines.h"
#include "engine/authoring/explain.h"
#include "engine/authoring/match.h"
#include "engine/authoring/rule_list.h"
#include "engine/authoring/rule_price_list.h"
#include "engine/authoring/rule_schema.h"
#include "engine/authoring/rule_tests.h"
#include "engine/authoring/schema_detect.h"
#include "engine/cli/exit_code.h"
#include "engine/config/loading.h"

namespace riposte::authoring {
namespace {

/// Exit code of a tool that has gone through lines, some of which may have been no events.
int exit_code_after(const MatchCounts& counts) {
  if (counts.unreadable == 0) return cli::kExitOk;
  std::cerr << fmt::format("riposte: {} of {} lines could not be read\n", counts.unreadable,
                           counts.events + counts.unreadable);
  return cli::kExitRefused;
}

/// Those that load_rules() compiles the rules against.
std::vector<Schema> schemas_of(const Loaded& loaded, const cli::RuleOptions& options) {
  const Configuration& configuration = loaded.configuration ? *loaded.configuration : Configuration();
  std::vector<Diagnostic> told_before;
  return load_schemas(options.schemas.empty() ? configuration.schemas : options.schemas, told_before)
      .value_or(std::vector<Schema>());
}

/// What the text says, or now.
Result<WallTime> moment_of(const std::string& text) {
  if (text.empty()) return SystemClock().now();
  const auto moment = parse_iso8601(text);
  if (moment) return *moment;
  return fail(Errc::invalid, fmt::format("'{}' is no moment; write it like 2026-03-10T12:00:00Z", text));
}

}  // namespace

int check(const cli::CheckOptions& options) {
  const Loaded loaded = load({.config_path = options.config_path, .rule_paths = options.paths});
  print_check(loaded, options.json, std::cout);
  return is_clean(loaded) ? cli::kExitOk : cli::kExitRefused;
}

int schema_detect(const cli::SchemaDetectOptions& options) {
  const auto clean = detect_schemas(options.events, options.schemas, options.json, std::cout);
  if (!clean) return failed(clean.error());
  return *clean ? cli::kExitOk : cli::kExitRefused;
}

int match(const cli::MatchOptions& options) {
  const Loaded loaded = load_rules(options.rules);
  if (!loaded.rules) return cli::kExitRefused;
  if (loaded.rules->size() == 0) return failed({Errc::invalid, "there is no rule to match", {}});
  Progress progress(total_bytes(options.events), std::cerr, somebody_watches());
  const auto counts = match_events(*loaded.rules, options.events, std::cout, std::cerr, progress);
  if (!counts) return failed(counts.error());
  return exit_code_after(*counts);
}

int bench(const cli::BenchOptions& options) {
  Loaded loaded = load_rules(options.rules);
  if (!loaded.rules) return cli::kExitRefused;
  if (loaded.rules->size() == 0) return failed({Errc::invalid, "there is no rule to measure", {}});
  const auto [rules, compile] = compile_measured(std::move(loaded.rules), schemas_of(loaded, options.rules),
                                                 {options.rules.ignore_logsource});
  Progress reading(total_bytes(options.events), std::cerr, somebody_watches());
  const auto input = read_bench_events(*rules, options.events, std::cerr, reading);
  if (!input) return failed(input.error());
  Progress measuring(0, std::cerr, somebody_watches());
  const auto times = measure(*rules, *input, std::chrono::duration<double>(options.seconds), measuring);
  if (!times) return failed(times.error());
  (options.json ? print_bench_json : print_bench)({*rules, *input, *times, compile}, std::cout);
  return exit_code_after(input->counts);
}

int test(const cli::TestOptions& options) {
  const Loaded loaded = load_rules(options.rules);
  if (!loaded.rules) return cli::kExitRefused;
  const Policy policy = loaded.configuration ? loaded.configuration->policy : Policy();
  const RuleTestReport report = run_rule_tests(*loaded.rules, policy, loaded.actions, SystemClock().now());
  (options.json ? print_report_json : print_report)(report, std::cout);
  if (!options.junit.empty()) {
    std::ofstream file(options.junit);
    print_junit(report, file);
    if (!file.flush()) return failed({Errc::unavailable, "cannot write " + options.junit, {}});
  }
  return report.failed() == 0 && loaded.refused == 0 ? cli::kExitOk : cli::kExitRefused;
}

int explain(const cli::ExplainOptions& options) {
  const Loaded loaded = load_rules(options.rules);
  if (!loaded.rules) return cli::kExitRefused;
  const auto rule = find_rule(*loaded.rules, options.rule);
  if (!rule) return failed(rule.error());
  const auto now = moment_of(options.at);
  if (!now) return failed(now.error());
  const auto event = read_whole(options.event);
  if (!event) return failed(event.error());
  const Policy policy = loaded.configuration ? loaded.configuration->policy : Policy();
  const auto matches =
      explain_event(*loaded.rules, *rule, *event,
                    {policy, loaded.actions, *now, options.rules.ignore_logsource}, options.json, std::cout);
  if (!matches) return failed(matches.error());
  return *matches ? cli::kExitOk : cli::kExitRefused;
}

int list_rules(const cli::ListRulesOptions& options) {
  const Loaded loaded = load_rules(options.rules);
  if (!loaded.rules) return cli::kExitRefused;
  if (options.cost)
    (options.json ? print_rule_prices_json : print_rule_prices)(*loaded.rules, std::cout);
  else
    (options.json ? print_rules_json : print_rules)(*loaded.rules, std::cout);
  return is_clean(loaded) ? cli::kExitOk : cli::kExitRefused;
}

int rules_schema() {
  std::cout << rule_json_schema(executable_types());
  return cli::kExitOk;
}

}  // namespace riposte::authoring
