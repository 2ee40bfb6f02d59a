#include "engine/authoring/command_steps.h"

#include <iostream>

#include <fmt/format.h>
#include <unistd.h>

#include "engine/cli/exit_code.h"

namespace riposte::authoring {

int failed(const Error& error) {
  std::cerr << "riposte: error: " << error.text() << '\n';
  return cli::exit_code_of(error.code);
}

Loaded load_rules(const cli::RuleOptions& options) {
  Loaded loaded = load({options.config_path, options.rules, options.schemas, options.ignore_logsource});
  for (const Diagnostic& diagnostic : loaded.diagnostics)
    if (diagnostic.kind == Diagnostic::Kind::error) std::cerr << diagnostic.text() << '\n';
  if (loaded.refused > 0)
    std::cerr << fmt::format("riposte: {} refused; going on with the other {}\n", loaded.refused,
                             loaded.rules ? loaded.rules->size() : 0);
  return loaded;
}

bool somebody_watches() { return ::isatty(STDERR_FILENO) == 1; }

}  // namespace riposte::authoring
