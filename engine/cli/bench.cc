#include <memory>

#include <CLI/CLI.hpp>

#include "engine/cli/commands.h"

namespace riposte::cli {
namespace {

/// An hour finds nothing that minutes do not.
constexpr double kSecondsMax = 3600;

constexpr const char* kBenchFooter = R"(Examples:
  riposte bench --rules rules/ events.ndjson                     events a second on this machine, in one thread
  zcat old/*.gz | riposte bench --rules rules/ --json -          for a comparison of versions or of rules
  riposte bench --config riposte.yaml --seconds 30 events.ndjson
  riposte bench --rules rules/ssh.yaml --schema wazuh --ignore-logsource alerts.ndjson

All events are read into memory; then the floor and parsing with matching take turns. The floor, P, is what
simdjson alone takes to parse the same bytes and to look at every field: no engine that reads whole events is
faster. The ratio says how many P an event takes; it moves less with the machine's mood than seconds do.
Below stand the ten rules that took most of the time: what to mend first. riposte rules list --cost says why.
A line that is no event is told on stderr as FILE:LINE: error: ...; the exit code is then 1. 5: no such file.)";

}  // namespace

void add_bench(CLI::App& root, Chosen& chosen, const EngineCommands& engine) {
  const auto options = std::make_shared<BenchOptions>();
  CLI::App* command = root.add_subcommand("bench", "Measure how fast rules match the events of a file");
  command->footer(kBenchFooter);
  add_rule_options(*command, options->rules);
  command
      ->add_option("--seconds", options->seconds, "How long the rounds take, about; at least three are made")
      ->check(CLI::Range(0.0, kSecondsMax))
      ->capture_default_str();
  command->add_flag("--json", options->json, "Print the figures as one JSON object");
  add_events(*command, options->events)->required();
  command->callback(
      [&chosen, &engine, options] { chosen = [&engine, options] { return engine.bench(*options); }; });
}

}  // namespace riposte::cli
