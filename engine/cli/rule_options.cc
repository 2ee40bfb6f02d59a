#include <CLI/CLI.hpp>

#include "engine/cli/commands.h"

namespace riposte::cli {

void add_rule_options(CLI::App& command, RuleOptions& options) {
  CLI::Option_group* from = command.add_option_group("rules", "Where the rules are (one of these)");
  from->add_option("--rules", options.rules, "Rule files and folders; may be repeated")
      ->allow_extra_args(false);
  from->add_option("--config", options.config_path, "Configuration file that names them");
  from->require_option(1, 2);
  command
      .add_option(
          "--schema", options.schemas,
          "A shipped event format's name, a file, or auto (find out by the event's shape); may be repeated")
      ->allow_extra_args(false);
  command.add_flag("--ignore-logsource", options.ignore_logsource,
                   "Let a rule look at every event of a format that can have its log source");
}

CLI::Option* add_events(CLI::App& command, std::vector<std::string>& events) {
  return command.add_option("EVENTS", events, "Files with one JSON event per line, or - for stdin");
}

}  // namespace riposte::cli
