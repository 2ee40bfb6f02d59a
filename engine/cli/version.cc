#include <memory>

#include <CLI/CLI.hpp>

#include "engine/cli/api_call.h"
#include "engine/cli/commands.h"
#include "engine/cli/exit_code.h"

namespace riposte::cli {

void add_version(CLI::App& root, Chosen& chosen) {
  const auto json = std::make_shared<bool>(false);
  CLI::App* command = root.add_subcommand("version", "Print the version");
  command->footer("Examples:\n  riposte version\n  riposte version --json");
  command->add_flag("--json", *json, "Print it as JSON");
  command->callback([&chosen, json] {
    chosen = [json] {
      print(*json ? "{\"version\": \"" RIPOSTE_VERSION "\"}\n" : "riposte " RIPOSTE_VERSION "\n");
      return kExitOk;
    };
  });
}

}  // namespace riposte::cli
