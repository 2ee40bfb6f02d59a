/// `riposte schema detect`: which format every line of a file is of, and what comes out of it.
#pragma once

#include <ostream>
#include <span>
#include <string>

#include "engine/base/error.h"

namespace riposte {

/// `events`: a file, or "-" for stdin. `schemas` as in the configuration. False when a line is no event, or
/// of a format that none of the schemas recognises.
///
/// Errors: not_found; invalid (a file that cannot be read, a schema with a mistake).
Result<bool> detect_schemas(const std::string& events, std::span<const std::string> schemas, bool json,
                            std::ostream& out);

}  // namespace riposte
