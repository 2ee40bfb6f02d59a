#include "agent/files/mounts.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string_view>
#include <system_error>

#include "agent/files/facts.h"
#include "agent/files/refusal.h"

namespace riposte::files {
namespace {

constexpr const char* kMountsOfThisProcess = "/proc/self/mountinfo";

/// The kernel writes blanks and backslashes as "\040".
std::string unescaped(std::string_view text) {
  constexpr std::size_t kDigits = 3;
  constexpr int kOctal = 8;
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned code = 0;
    const char* const digits = text.data() + i + 1;
    const bool escaped = text[i] == '\\' && i + kDigits < text.size() &&
                         std::from_chars(digits, digits + kDigits, code, kOctal).ptr == digits + kDigits;
    plain += escaped ? static_cast<char>(code) : text[i];
    if (escaped) i += kDigits;
  }
  return plain;
}

std::string joined(const std::string& directory, std::string_view rest) {
  if (rest.empty() || rest == "/") return directory;
  return (directory == "/" ? "" : directory) + std::string(rest);
}

}  // namespace

bool lies_in(const std::string& path, const std::string& directory) {
  return directory == "/" || path == directory || path.starts_with(directory + "/");
}

std::vector<Mount> parse_mounts(const std::string& mountinfo) {
  std::vector<Mount> mounts;
  std::istringstream lines(mountinfo);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    Mount mount;
    std::string parent, root, point;
    if (!(fields >> mount.id >> parent >> mount.device >> root >> point)) continue;
    mount.root = unescaped(root);
    mount.point = unescaped(point);
    mounts.push_back(std::move(mount));
  }
  return mounts;
}

Result<std::vector<Mount>> read_mounts() {
  std::ifstream file(kMountsOfThisProcess, std::ios::binary);
  if (!file) return refusal(kMountsOfThisProcess, EIO);
  return parse_mounts({std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()});
}

Result<std::optional<Position>> position_of(const Descriptor& directory, const std::vector<Mount>& mounts) {
  const std::uint64_t id = TRY(facts_of(directory)).mount;
  const auto mount = std::ranges::find(mounts, id, &Mount::id);
  if (mount == mounts.end()) return std::nullopt;
  const std::string link = "/proc/self/fd/" + std::to_string(directory.number());
  std::error_code error;
  const std::string path = std::filesystem::read_symlink(link, error);
  if (error) return refusal(link, error.value());
  if (!lies_in(path, mount->point)) return std::nullopt;
  const std::string_view rest = std::string_view(path).substr(mount->point == "/" ? 0 : mount->point.size());
  return Position{.device = mount->device, .path = joined(mount->root, rest)};
}

}  // namespace riposte::files
