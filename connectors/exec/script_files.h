/// The checks that a script's files must pass before they are pinned.
#pragma once

#include <string>
#include <vector>

#include "connectors/script/script.h"

namespace riposte {

/// Pins the program and every argument that names a file, seen from the script's folder, into `script`.
/// Returns what is wrong with them: the program must be an executable regular file, and nobody but its owner
/// and group may write any.
std::vector<std::string> pin_files(const std::vector<std::string>& argv, Script& script);

}  // namespace riposte
