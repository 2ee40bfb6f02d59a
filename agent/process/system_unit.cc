#include "agent/process/system_unit.h"

#include <fstream>
#include <iterator>

#include <fmt/format.h>

namespace riposte {
namespace {

constexpr std::string_view kUnified = "0::/";
constexpr std::string_view kSystemdV1 = ":name=systemd:/";
constexpr std::string_view kSystemSlice = "system.slice/";
constexpr std::string_view kSliceEnding = ".slice";
constexpr std::string_view kInitScope = "init.scope";

/// The path of systemd's own tree, without the first slash: the unified one, or in hybrid set-ups, where
/// that is empty, the named one.
std::string_view path_in(std::string_view lines) {
  std::string_view found;
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(line.size() + 1, lines.size()));
    if (line.starts_with(kUnified) && line.size() > kUnified.size()) return line.substr(kUnified.size());
    if (const auto at = line.find(kSystemdV1); at != std::string_view::npos && line.find(':') == at)
      found = line.substr(at + kSystemdV1.size());
  }
  return found;
}

std::string_view first_of(std::string_view path) { return path.substr(0, path.find('/')); }

}  // namespace

std::string system_unit_in(std::string_view cgroup_lines) {
  std::string_view path = path_in(cgroup_lines);
  if (first_of(path) == kInitScope) return std::string(kInitScope);
  if (!path.starts_with(kSystemSlice)) return "";
  while (first_of(path).ends_with(kSliceEnding) && first_of(path).size() < path.size())
    path.remove_prefix(first_of(path).size() + 1);
  return first_of(path).ends_with(kSliceEnding) ? "" : std::string(first_of(path));
}

std::optional<std::string> system_unit_of(std::int32_t pid) {
  std::ifstream file(fmt::format("/proc/{}/cgroup", pid));
  const std::string lines{std::istreambuf_iterator<char>(file), {}};
  if (!file || lines.empty()) return {};
  return system_unit_in(lines);
}

}  // namespace riposte
