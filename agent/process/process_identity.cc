#include "agent/process/process_identity.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/process/pidfd.h"
#include "engine/base/printable.h"

namespace riposte {
namespace {

/// More generations than any real tree has.
constexpr std::size_t kAncestryMax = 1024;

std::string proc_path(std::int32_t pid, std::string_view file) {
  return fmt::format("/proc/{}/{}", pid, file);
}

/// Empty when it cannot be opened or read, as when the process has gone in between.
std::string read_small_file(const std::string& path, std::size_t limit) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes(limit, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(limit));
  bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
  return bytes;
}

/// A stat line is some hundred bytes; the name adds at most 64.
constexpr std::size_t kStatLineMax = 4096;
/// The users stand in its first lines; masks of many processors make it longer behind them.
constexpr std::size_t kStatusBytesMax = 4096;

std::optional<ProcessStat> read_stat(const std::string& path) {
  return parse_stat(read_small_file(path, kStatLineMax));
}

std::vector<std::int32_t> numbers_in(const std::string& directory) {
  std::vector<std::int32_t> numbers;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    std::int32_t number = 0;
    const auto [stop, failure] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (failure == std::errc{} && stop == name.data() + name.size()) numbers.push_back(number);
  }
  return numbers;
}

bool is_stopped(char state) { return state == 'T' || state == 't'; }

/// A tracer can hold the leading thread alone while the others run on, so each of them is asked.
RunState run_state_of(const ProcessStat& stat) {
  if (stat.is_gone()) return RunState::gone;
  bool any_stopped = false;
  for (const std::int32_t thread : numbers_in(proc_path(stat.pid, "task"))) {
    const auto of_thread = read_stat(proc_path(stat.pid, fmt::format("task/{}/stat", thread)));
    if (!of_thread || of_thread->state == 'Z' || of_thread->state == 'X') continue;
    if (!is_stopped(of_thread->state)) return RunState::running;
    any_stopped = true;
  }
  return any_stopped ? RunState::stopped : RunState::running;
}

std::string link_target(const std::string& path) {
  std::error_code error;
  return std::filesystem::read_symlink(path, error).string();
}

/// A first thread that has left shows no program any more; the others still do.
std::string executable_of(std::int32_t pid) {
  std::string executable = link_target(proc_path(pid, "exe"));
  if (!executable.empty()) return executable;
  for (const std::int32_t thread : numbers_in(proc_path(pid, "task"))) {
    executable = link_target(proc_path(pid, fmt::format("task/{}/exe", thread)));
    if (!executable.empty()) break;
  }
  return executable;
}

WallTime started_at(std::uint64_t ticks) {
  const auto per_second = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
  return machine_boot_time() + std::chrono::seconds(ticks / per_second) +
         std::chrono::microseconds(ticks % per_second * 1'000'000 / per_second);
}

/// /proc has nothing to say of it. Whether it exists is asked of the kernel, because hidepid hides living
/// processes.
std::unexpected<Error> not_shown(std::int32_t pid) {
  const auto handle = Pidfd::open(pid);
  if (!handle && handle.error().code == Errc::not_found) return std::unexpected(handle.error());
  if (handle && handle->has_ended())
    return fail(Errc::not_found, fmt::format("process {} has just ended", pid));
  return fail(
      Errc::unavailable,
      fmt::format("process {} exists, but /proc does not show it; is /proc mounted with hidepid? Give the "
                  "user of this program the mount's gid, or run it as root",
                  pid));
}

}  // namespace

Result<ProcessIdentity> read_process(std::int32_t pid) {
  const auto stat = read_stat(proc_path(pid, "stat"));
  if (!stat) return not_shown(pid);
  ProcessIdentity identity;
  identity.pid = pid;
  identity.parent = stat->parent;
  identity.start_ticks = stat->start_ticks;
  identity.boot_id = TRY(read_boot_id());
  identity.executable = executable_of(pid);
  identity.started_at = started_at(stat->start_ticks);
  identity.run_state = run_state_of(*stat);
  identity.state = stat->state;
  identity.kernel_thread = stat->is_kernel_thread();
  return identity;
}

std::vector<ProcessStat> list_processes() {
  std::vector<ProcessStat> found;
  for (const std::int32_t pid : numbers_in("/proc"))
    if (const auto stat = read_stat(proc_path(pid, "stat"))) found.push_back(*stat);
  return found;
}

Result<std::string> read_boot_id() {
  constexpr std::size_t kUuidBytes = 36;
  std::string id = read_small_file("/proc/sys/kernel/random/boot_id", kUuidBytes);
  if (id.size() != kUuidBytes)
    return fail(Errc::unavailable, "/proc/sys/kernel/random/boot_id cannot be read; is /proc mounted?");
  return id;
}

std::uint64_t ticks_since_boot() {
  const auto per_second = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
  return static_cast<std::uint64_t>(machine_uptime().count()) * per_second / 1'000'000;
}

std::string command_line_of(std::int32_t pid) {
  std::string arguments = read_small_file(proc_path(pid, "cmdline"), kCommandLineMax);
  while (arguments.ends_with('\0')) arguments.pop_back();
  for (char& byte : arguments)
    if (byte == '\0') byte = ' ';
  return printable(arguments);
}

std::string user_id_of(std::int32_t pid) {
  struct stat status{};
  return ::stat(proc_path(pid, "").c_str(), &status) == 0 ? std::to_string(status.st_uid) : "";
}

std::optional<std::set<std::uint32_t>> users_of_process(std::int32_t pid) {
  constexpr std::string_view kKey = "Uid:";
  std::istringstream lines(read_small_file(proc_path(pid, "status"), kStatusBytesMax));
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(kKey)) continue;
    std::istringstream numbers(line.substr(kKey.size()));
    std::set<std::uint32_t> users;
    for (std::uint32_t user = 0; numbers >> user;) users.insert(user);
    if (!users.empty()) return users;
  }
  return {};
}

std::vector<std::int32_t> ancestry_of(std::int32_t pid) {
  std::vector<std::int32_t> line;
  while (pid > 0 && line.size() < kAncestryMax) {
    line.push_back(pid);
    const auto stat = read_stat(proc_path(pid, "stat"));
    if (!stat) break;
    pid = stat->parent;
  }
  return line;
}

std::optional<ProcessIdentity> find_successor(const std::string& executable, std::uint64_t start_ticks) {
  if (executable.empty()) return {};
  for (const std::int32_t pid : numbers_in("/proc")) {
    const auto stat = read_stat(proc_path(pid, "stat"));
    if (!stat || stat->start_ticks < start_ticks || stat->is_gone()) continue;
    if (executable_of(pid) != executable) continue;
    if (auto found = read_process(pid)) return std::move(*found);
  }
  return {};
}

}  // namespace riposte
