#include "agent/files/file_users.h"

#include <cerrno>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "agent/files/refusal.h"

namespace riposte::files {
namespace {

constexpr const char* kProcesses = "/proc";
constexpr std::string_view kDeleted = " (deleted)";

struct Sought {
  FileId file;
  bool nameless = false;
};

/// Through a link of /proc, which leads to the very file.
bool leads_to(const std::filesystem::path& link, const Sought& sought) {
  struct stat status{};
  return ::stat(link.c_str(), &status) == 0 && status.st_dev == sought.file.device &&
         status.st_ino == sought.file.inode && (!sought.nameless || status.st_nlink == 0);
}

constexpr int kHexadecimal = 16;
constexpr int kDecimal = 10;

/// 0 where there is none: no file has that number.
std::uint64_t number_in(std::string_view text, int base) {
  std::uint64_t number = 0;
  std::from_chars(text.begin(), text.end(), number, base);
  return number;
}

/// "7f1c2d800000-7f1c2d828000 r--p 00000000 fe:01 1234     /path (deleted)"
bool is_mapping_of(std::string_view line, const Sought& sought) {
  const auto field = [&] {
    const auto end = line.find(' ');
    const std::string_view text = line.substr(0, end);
    line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
    return text;
  };
  for (int skipped = 0; skipped < 3; ++skipped) field();
  const std::string_view device = field();
  const std::string_view inode = field();
  const auto colon = device.find(':');
  if (colon == std::string_view::npos) return false;
  const auto major = number_in(device.substr(0, colon), kHexadecimal);
  const auto minor = number_in(device.substr(colon + 1), kHexadecimal);
  return ::makedev(static_cast<unsigned>(major), static_cast<unsigned>(minor)) == sought.file.device &&
         number_in(inode, kDecimal) == sought.file.inode && (!sought.nameless || line.ends_with(kDeleted));
}

/// Empty: it may not be looked at. A process that has gone meanwhile uses nothing.
std::optional<bool> maps(const std::filesystem::path& process, const Sought& sought) {
  errno = 0;
  std::ifstream mappings(process / "maps");
  if (!mappings) return errno == EACCES || errno == EPERM ? std::nullopt : std::optional(false);
  for (std::string line; std::getline(mappings, line);)
    if (is_mapping_of(line, sought)) return true;
  return false;
}

bool has_open(const std::filesystem::path& process, const Sought& sought) {
  std::error_code error;
  for (std::filesystem::directory_iterator entry(process / "fd", error), end; !error && entry != end;
       entry.increment(error))
    if (leads_to(entry->path(), sought)) return true;
  return false;
}

void look_at(const std::filesystem::path& process, std::int32_t pid, const Sought& sought, FileUsers& users) {
  const auto mapped = maps(process, sought);
  if (!mapped)
    ++users.unseen;
  else if (*mapped || leads_to(process / "exe", sought))
    users.found.push_back({.pid = pid, .use = Use::runs});
  else if (has_open(process, sought))
    users.found.push_back({.pid = pid, .use = Use::open});
}

}  // namespace

Result<FileUsers> users_of(const FileId& file, bool nameless) {
  FileUsers users;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(kProcesses, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename();
    std::int32_t pid = 0;
    const auto read = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (read.ec == std::errc() && read.ptr == name.data() + name.size())
      look_at(entry->path(), pid, {file, nameless}, users);
  }
  if (error) return refusal(kProcesses, error.value());
  return users;
}

}  // namespace riposte::files
