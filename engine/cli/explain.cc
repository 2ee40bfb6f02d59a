#include <memory>

#include <CLI/CLI.hpp>

#include "engine/cli/commands.h"

namespace riposte::cli {
namespace {

constexpr const char* kExplainFooter = R"(Examples:
  riposte explain --rules rules/ --rule 5f2b6c1e-7a43-4d0c-9a5e-0d6a1c5a7f01 event.json
  tail -n 1 alerts.ndjson | riposte explain --config riposte.yaml --rule 5f2b6c1e -
  riposte explain --rules rules/ --rule cryptominer event.json --json

  riposte explain --config riposte.yaml --rule cryptominer --at 2026-03-10T22:00:00Z event.json

Shows the rule's condition as a tree: what holds, what does not, and what the event has there; and for a rule that
matches what each of its responses would come to, and what stops it.
--rule takes an id, the beginning of one, or a rule's name. Exit code 0 when the rule matches, 1 when it does not.)";

}  // namespace

void add_explain(CLI::App& root, Chosen& chosen, const EngineCommands& engine) {
  const auto options = std::make_shared<ExplainOptions>();
  CLI::App* command = root.add_subcommand("explain", "Show why a rule matches an event, or why not");
  command->footer(kExplainFooter);
  add_rule_options(*command, options->rules);
  command->add_option("--rule", options->rule, "Id or name of the rule")->required();
  command->add_option("EVENT", options->event, "File with one JSON event, or - for stdin")->required();
  command->add_option("--at", options->at,
                      "Moment that decides on active hours, like 2026-03-10T12:00:00Z (default: now)");
  command->add_flag("--json", options->json, "Print the tree as JSON");
  command->callback(
      [&chosen, &engine, options] { chosen = [&engine, options] { return engine.explain(*options); }; });
}

}  // namespace riposte::cli
