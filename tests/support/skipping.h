/// Whether a test that finds no broker, no namespaces or the like on this machine may be skipped.
#pragma once

#include <cstdlib>
#include <string_view>

namespace riposte::test {

/// On a machine that promises to run everything, what was not run is a failure.
inline bool skipping_is_failing() {
  const char* value = std::getenv("CI");  // NOLINT(concurrency-mt-unsafe): no test sets a variable
  return value != nullptr && std::string_view(value) == "true";
}

}  // namespace riposte::test
