#include "engine/access/token.h"

#include <CLI/CLI.hpp>

#include "engine/cli/api_call.h"
#include "engine/cli/commands.h"
#include "engine/cli/exit_code.h"

namespace riposte::cli {
namespace {

constexpr const char* kTokenFooter = R"(Examples:
  riposte token new

The token goes into a file that its owner alone can read (~/.config/riposte/token, chmod 600), the hash into the
engine's configuration:
  users:
    - name: alice
      token_hash: blake2b:…)";

int print_new_token() {
  const std::string token = new_token();
  print("token " + token + "\nhash  " + token_hash(token) + "\n");
  return kExitOk;
}

}  // namespace

void add_token(CLI::App& root, Chosen& chosen) {
  CLI::App* group = root.add_subcommand("token", "Make bearer tokens");
  group->require_subcommand(1)->footer(kTokenFooter);
  CLI::App* command =
      group->add_subcommand("new", "Print a new token, once, and its hash for the configuration");
  command->footer(kTokenFooter);
  command->callback([&chosen] { chosen = print_new_token; });
}

}  // namespace riposte::cli
