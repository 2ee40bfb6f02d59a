/// The author's tools as the command line calls them: options in, exit code out. Nothing here acts on
/// anything.
#pragma once

#include "engine/cli/command_line.h"

namespace riposte::authoring {

int check(const cli::CheckOptions& options);
int schema_detect(const cli::SchemaDetectOptions& options);
int match(const cli::MatchOptions& options);
int bench(const cli::BenchOptions& options);
int test(const cli::TestOptions& options);
int explain(const cli::ExplainOptions& options);
int list_rules(const cli::ListRulesOptions& options);
int rules_schema();

}  // namespace riposte::authoring
