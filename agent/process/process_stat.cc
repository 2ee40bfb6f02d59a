#include "agent/process/process_stat.h"

#include <array>
#include <charconv>

namespace riposte {
namespace {

/// PF_KTHREAD of the kernel's sched.h: stable since Linux 2.6.27 and visible in field 9.
constexpr std::uint64_t kKernelThreadFlag = 0x00200000;

template <class Number>
bool read_number(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

/// Fields 3 to 22, which stand behind the name.
constexpr std::size_t kFirstField = 3;
constexpr std::size_t kLastField = 22;
using Fields = std::array<std::string_view, kLastField - kFirstField + 1>;

bool split(std::string_view text, Fields& fields) {
  for (std::string_view& field : fields) {
    if (!text.starts_with(' ')) return false;
    text.remove_prefix(1);
    field = text.substr(0, text.find_first_of(" \n"));
    text.remove_prefix(field.size());
  }
  return true;
}

}  // namespace

bool ProcessStat::is_kernel_thread() const { return (flags & kKernelThreadFlag) != 0; }

bool ProcessStat::is_gone() const {
  const bool leader_is_dead = state == 'Z' || state == 'X' || state == 'x';
  return leader_is_dead && threads <= 1;
}

std::optional<ProcessStat> parse_stat(std::string_view text) {
  const auto name_starts = text.find(" (");
  const auto name_ends = text.rfind(')');
  if (name_starts == std::string_view::npos || name_ends == std::string_view::npos || name_ends < name_starts)
    return {};
  Fields fields;
  if (!split(text.substr(name_ends + 1), fields)) return {};
  const auto field = [&](std::size_t number) { return fields.at(number - kFirstField); };
  ProcessStat stat;
  const bool numbers = read_number(text.substr(0, name_starts), stat.pid) &&
                       read_number(field(4), stat.parent) && read_number(field(9), stat.flags) &&
                       read_number(field(20), stat.threads) && read_number(field(22), stat.start_ticks);
  if (!numbers || field(3).size() != 1) return {};
  stat.state = field(3).front();
  return stat;
}

}  // namespace riposte
