/// One function per subcommand: it declares its options and help, and leaves in `chosen` what to do when it
/// was named.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/cli/command_line.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace riposte::cli {

/// Returns the exit code.
using Chosen = std::function<int()>;

/// --config, --rules, --schema and --ignore-logsource; one of the first two is required.
void add_rule_options(CLI::App& command, RuleOptions& options);
/// Where events are read from.
CLI::Option* add_events(CLI::App& command, std::vector<std::string>& events);

void add_run(CLI::App& root, Chosen& chosen, const EngineCommands& engine);
void add_check(CLI::App& root, Chosen& chosen, const EngineCommands& engine);
void add_schema(CLI::App& root, Chosen& chosen, const EngineCommands& engine);
void add_match(CLI::App& root, Chosen& chosen, const EngineCommands& engine);
void add_bench(CLI::App& root, Chosen& chosen, const EngineCommands& engine);
void add_rules(CLI::App& root, Chosen& chosen, const EngineCommands& engine);
void add_test(CLI::App& root, Chosen& chosen, const EngineCommands& engine);
void add_explain(CLI::App& root, Chosen& chosen, const EngineCommands& engine);
void add_replay(CLI::App& root, Chosen& chosen, const EngineCommands& engine);
void add_agents(CLI::App& root, Chosen& chosen);
void add_audit(CLI::App& root, Chosen& chosen);
void add_token(CLI::App& root, Chosen& chosen);
void add_version(CLI::App& root, Chosen& chosen);

void add_actions_list(CLI::App& actions, Chosen& chosen);
void add_actions_show(CLI::App& actions, Chosen& chosen);
void add_actions_submit(CLI::App& actions, Chosen& chosen);
/// approve, reject and cancel.
void add_actions_decide(CLI::App& actions, Chosen& chosen);
void add_actions_undo(CLI::App& actions, Chosen& chosen);

}  // namespace riposte::cli
