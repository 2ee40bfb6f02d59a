#include <memory>

#include <CLI/CLI.hpp>

#include "engine/cli/commands.h"

namespace riposte::cli {
namespace {

constexpr const char* kCheckFooter = R"(Examples:
  riposte check rules/                                   every rule below a folder
  riposte check rules/ssh.yaml rules/web.yaml --json     diagnostics for an editor or a pipeline
  riposte check --config /etc/riposte/riposte.yaml       the configuration and the rules that it names

Every mistake is shown at once, as FILE:LINE:COLUMN: error: what and how to cure it. Exit code 1 when there is one.)";

}  // namespace

void add_check(CLI::App& root, Chosen& chosen, const EngineCommands& engine) {
  const auto options = std::make_shared<CheckOptions>();
  CLI::App* command = root.add_subcommand("check", "Check rules and configuration without running them");
  command->footer(kCheckFooter);
  CLI::Option* paths = command->add_option("PATH", options->paths, "Rule files and folders");
  CLI::Option* config = command->add_option("--config", options->config_path, "Configuration file to check");
  command->add_flag("--json", options->json, "Print the diagnostics as JSON");
  command->callback([&chosen, &engine, options, paths, config] {
    if (paths->count() + config->count() == 0) throw CLI::RequiredError("a PATH or --config");
    chosen = [&engine, options] { return engine.check(*options); };
  });
}

}  // namespace riposte::cli
