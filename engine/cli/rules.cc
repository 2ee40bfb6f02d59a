#include <memory>

#include <CLI/CLI.hpp>

#include "engine/cli/commands.h"

namespace riposte::cli {
namespace {

constexpr const char* kRulesFooter = R"(Examples:
  riposte rules list --rules rules/                      every rule: level, log source, what it looks at, its responses
  riposte rules list --config riposte.yaml --json        with every line of every selection in words
  riposte rules list --rules rules/ --cost               the dearest rules first: why they are, and what helps
  riposte rules schema > rule.schema.json                for an editor: completes and checks while one types)";

}  // namespace

void add_rules(CLI::App& root, Chosen& chosen, const EngineCommands& engine) {
  CLI::App* group = root.add_subcommand("rules", "Look at rules");
  group->require_subcommand(1)->footer(kRulesFooter);
  CLI::App* schema = group->add_subcommand("schema", "Print the rule file's JSON Schema");
  schema->footer(kRulesFooter);
  schema->callback([&chosen, &engine] { chosen = [&engine] { return engine.rules_schema(); }; });
  const auto options = std::make_shared<ListRulesOptions>();
  CLI::App* command =
      group->add_subcommand("list", "Show what each rule matches on, its responses and its cost");
  command->footer(kRulesFooter);
  add_rule_options(*command, options->rules);
  command->add_flag("--cost", options->cost,
                    "Show what an event must have for a rule to be looked at, how dear that is, and why");
  command->add_flag("--json", options->json, "Print the rules as JSON");
  command->callback(
      [&chosen, &engine, options] { chosen = [&engine, options] { return engine.list_rules(*options); }; });
}

}  // namespace riposte::cli
