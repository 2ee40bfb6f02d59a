#include <memory>

#include <CLI/CLI.hpp>

#include "engine/cli/commands.h"

namespace riposte::cli {
namespace {

constexpr const char* kTestFooter = R"(Examples:
  riposte test rules/                                 the tests of every rule below a folder
  riposte test rules/ssh.yaml rules/web.yaml --json
  riposte test --config riposte.yaml --junit report.xml

A rule's tests stand under its 'tests' key: an event, whether the rule matches it, at what time, and the actions that
come out. Exit code 1 when one fails. docs/rules.md shows how to write them.)";

}  // namespace

void add_test(CLI::App& root, Chosen& chosen, const EngineCommands& engine) {
  const auto options = std::make_shared<TestOptions>();
  CLI::App* command = root.add_subcommand("test", "Run the tests that rules carry");
  command->footer(kTestFooter);
  CLI::Option* paths = command->add_option("PATH", options->rules.rules, "Rule files and folders");
  CLI::Option* config = command->add_option("--config", options->rules.config_path,
                                            "Configuration with rules, policy and hours");
  command->add_option("--schema", options->rules.schemas, "As in the configuration; may be repeated")
      ->allow_extra_args(false);
  command->add_option("--junit", options->junit, "Write the results to this file as JUnit XML");
  command->add_flag("--json", options->json, "Print the results as JSON");
  command->callback([&chosen, &engine, options, paths, config] {
    if (paths->count() + config->count() == 0) throw CLI::RequiredError("a PATH or --config");
    chosen = [&engine, options] { return engine.test(*options); };
  });
}

}  // namespace riposte::cli
