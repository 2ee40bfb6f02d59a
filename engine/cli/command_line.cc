#include "engine/cli/command_line.h"

#include <CLI/CLI.hpp>

#include "engine/cli/commands.h"
#include "engine/cli/exit_code.h"

namespace riposte::cli {
namespace {

constexpr const char* kRootFooter = R"(Examples:
  riposte check rules/                          every mistake in the rules, with its place
  riposte schema detect alerts.ndjson           which format events are of, and what comes out of them
  riposte replay --config riposte.yaml old.ndjson   what the rules would have done on it
  riposte run --config /etc/riposte/riposte.yaml
  riposte actions list --state pending_approval
  riposte actions approve 3f2a91c0 --comment "seen on the console, malware"
  riposte audit --limit 20

Exit codes: 0 done, 1 failed or refused, 2 wrong usage, 3 engine not reachable, 4 denied, 5 not found, 6 conflict.
'riposte SUBCOMMAND --help' has more examples.)";

constexpr const char* kActionsFooter = R"(Examples:
  riposte actions list --open
  riposte actions show 3f2a91c0
  riposte actions submit kill_process --host web-1 --pid 4711 --comment "crypto miner" --preview
  riposte actions approve 3f2a91c0)";

void add_actions(CLI::App& root, Chosen& chosen) {
  CLI::App* actions = root.add_subcommand("actions", "List, submit and decide on response actions");
  actions->require_subcommand(1)->footer(kActionsFooter);
  add_actions_list(*actions, chosen);
  add_actions_show(*actions, chosen);
  add_actions_submit(*actions, chosen);
  add_actions_decide(*actions, chosen);
  add_actions_undo(*actions, chosen);
}

}  // namespace

int run_command_line(int argc, char** argv, const EngineCommands& engine) {
  CLI::App root("Riposte: detections in, response actions out: approved, carried out, verified, on record.",
                "riposte");
  Chosen chosen;
  root.require_subcommand(1)->footer(kRootFooter);
  root.set_version_flag("--version", "riposte " RIPOSTE_VERSION);
  add_run(root, chosen, engine);
  add_check(root, chosen, engine);
  add_schema(root, chosen, engine);
  add_match(root, chosen, engine);
  add_bench(root, chosen, engine);
  add_test(root, chosen, engine);
  add_rules(root, chosen, engine);
  add_explain(root, chosen, engine);
  add_replay(root, chosen, engine);
  add_actions(root, chosen);
  add_agents(root, chosen);
  add_audit(root, chosen);
  add_token(root, chosen);
  add_version(root, chosen);
  try {
    root.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return root.exit(error) == 0 ? kExitOk : kExitUsage;
  }
  return chosen();
}

}  // namespace riposte::cli
