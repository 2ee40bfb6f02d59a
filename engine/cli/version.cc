#include <CLI/CLI.hpp>

#include "engine/cli/api_call.h"
#include "engine/cli/commands.h"
#include "engine/cli/exit_code.h"

namespace riposte::cli {

void add_version(CLI::App& root, Chosen& chosen) {
  CLI::App* command = root.add_subcommand("version", "Print the version");
  command->footer("Examples:\n  riposte version");
  command->callback([&chosen] {
    chosen = [] {
      print("riposte " RIPOSTE_VERSION "\n");
      return kExitOk;
    };
  });
}

}  // namespace riposte::cli
