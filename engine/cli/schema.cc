#include <memory>

#include <CLI/CLI.hpp>

#include "engine/cli/commands.h"

namespace riposte::cli {
namespace {

constexpr const char* kDetectFooter = R"(Examples:
  riposte schema detect alerts.ndjson                       the format and the fields of every line
  tail -n 1 alerts.ndjson | riposte schema detect -         of one event
  riposte schema detect --schema our.yaml --schema auto -   with a schema of your own before the shipped ones
  riposte schema detect --json alerts.ndjson                one JSON object per line

Exit code 1 when a line is no event, or of a format that no schema recognises; 5 when there is no such file.
docs/schemas.md says how to write a schema.)";

}  // namespace

void add_schema(CLI::App& root, Chosen& chosen, const EngineCommands& engine) {
  CLI::App* group = root.add_subcommand("schema", "Look at event formats");
  group->require_subcommand(1)->footer(kDetectFooter);
  const auto options = std::make_shared<SchemaDetectOptions>();
  CLI::App* command =
      group->add_subcommand("detect", "Say which format events are of and what comes out of them");
  command->footer(kDetectFooter);
  command->add_option("EVENTS", options->events, "File with one JSON event per line, or - for stdin")
      ->required();
  command
      ->add_option(
          "--schema", options->schemas,
          "A shipped schema's name, a file, or auto (all shipped ones, the default); may be repeated")
      ->allow_extra_args(false);
  command->add_flag("--json", options->json, "Print one JSON object per line");
  command->callback([&chosen, &engine, options] {
    chosen = [&engine, options] { return engine.schema_detect(*options); };
  });
}

}  // namespace riposte::cli
