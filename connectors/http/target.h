/// The target of a request line, taken apart: path segments and query parameters, percent-decoded.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/error.h"

namespace riposte::http {

struct Target {
  std::vector<std::string> path;  ///< "/v1/actions" → {"v1", "actions"}; "/" → nothing
  std::map<std::string, std::string, std::less<>> query;
};

/// Errors: invalid (no absolute path, a broken escape, a control character, a parameter given twice).
Result<Target> parse_target(std::string_view text);

/// One path segment or query value, escaped.
std::string percent_encode(std::string_view text);

}  // namespace riposte::http
