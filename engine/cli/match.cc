#include <memory>

#include <CLI/CLI.hpp>

#include "engine/cli/commands.h"

namespace riposte::cli {
namespace {

constexpr const char* kMatchFooter = R"(Examples:
  riposte match --rules rules/ events.ndjson                     which rules match which lines
  zcat old/*.gz | riposte match --rules rules/ -                 from a pipe
  riposte match --rules rules/ssh.yaml --schema wazuh alerts.ndjson
  riposte match --config riposte.yaml --ignore-logsource alerts.ndjson

One line of JSON per event that a rule matches: {"source":"events.ndjson","line":3,"rules":["id",...]}.
A line that is no event is told on stderr as FILE:LINE: error: ...; the exit code is then 1. 5: no such file.)";

}  // namespace

void add_match(CLI::App& root, Chosen& chosen, const EngineCommands& engine) {
  const auto options = std::make_shared<MatchOptions>();
  CLI::App* command = root.add_subcommand("match", "Show which rules match which events of a file");
  command->footer(kMatchFooter);
  add_rule_options(*command, options->rules);
  add_events(*command, options->events)->required();
  command->callback(
      [&chosen, &engine, options] { chosen = [&engine, options] { return engine.match(*options); }; });
}

}  // namespace riposte::cli
