#include <memory>

#include <CLI/CLI.hpp>

#include "engine/cli/commands.h"

namespace riposte::cli {
namespace {

constexpr const char* kRunFooter = R"(Examples:
  riposte run --config /etc/riposte/riposte.yaml
  riposte check --config riposte.yaml && riposte run --config riposte.yaml

Runs in the foreground until SIGINT or SIGTERM; logs are JSON lines on stderr.)";

}  // namespace

void add_run(CLI::App& root, Chosen& chosen, const EngineCommands& engine) {
  const auto options = std::make_shared<RunOptions>();
  CLI::App* command = root.add_subcommand("run", "Run the engine");
  command->footer(kRunFooter);
  command->add_option("--config", options->config_path, "Configuration file")->required();
  command->callback(
      [&chosen, &engine, options] { chosen = [&engine, options] { return engine.run(*options); }; });
}

}  // namespace riposte::cli
