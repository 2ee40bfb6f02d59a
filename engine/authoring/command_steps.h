/// What the author's tools have in common: reading the rules and telling what went wrong, on stderr.
#pragma once

#include "engine/base/error.h"
#include "engine/cli/command_line.h"
#include "engine/config/loading.h"

namespace riposte::authoring {

/// Tells of it; the exit code.
int failed(const Error& error);

/// The rules, with everything that is wrong with them on stderr. Without rules when there is nothing to work
/// with.
Loaded load_rules(const cli::RuleOptions& options);

/// A terminal shows what is written to stderr.
bool somebody_watches();

}  // namespace riposte::authoring
