/// One line of /proc/<pid>/stat as values.
///
/// Source: proc(5). The second field, the name in parentheses, is chosen by the process and may hold
/// anything,
///         parentheses, spaces and digits included: only what follows the last ')' can be trusted.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace riposte {

struct ProcessStat {
  std::int32_t pid = 0;
  char state = '?';
  std::int32_t parent = 0;
  std::uint64_t flags = 0;  ///< PF_* of the kernel
  std::int64_t threads = 0;
  std::uint64_t start_ticks = 0;  ///< since boot, in units of sysconf(_SC_CLK_TCK)

  bool is_kernel_thread() const;
  /// Dead in every thread. A leader that has left while its threads run on is a 'Z' too, and very much alive.
  bool is_gone() const;
};

/// Empty when the text is no such line.
std::optional<ProcessStat> parse_stat(std::string_view text);

}  // namespace riposte
