/// What a host may be told to do, with every parameter typed and bounded. Nothing here is ever put into a
/// shell.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/error.h"
#include "engine/base/ip_network.h"

namespace riposte::order {

/// The numbers are written to disk and sent: append, never reuse.
enum class Verb : std::uint8_t {
  kill_process = 1,
  suspend_process = 2,
  resume_process = 3,
  isolate_host = 4,
  unisolate_host = 5,
  quarantine_file = 6,
  restore_file = 7,
  block_ip = 8,
  unblock_ip = 9,
};
inline constexpr Verb kFirstVerb = Verb::kill_process;
inline constexpr Verb kLastVerb = Verb::unblock_ip;
inline constexpr std::size_t kVerbCount = 9;
/// As in rules: "kill_process".
inline constexpr std::array<std::string_view, kVerbCount> kVerbNames{
    "kill_process",    "suspend_process", "resume_process", "isolate_host", "unisolate_host",
    "quarantine_file", "restore_file",    "block_ip",       "unblock_ip"};

inline constexpr std::size_t kPathBytesMax = 4095;  ///< of Linux, without the terminating zero
inline constexpr std::size_t kKeepMax = 16;  ///< addresses that stay reachable beside the management ones
inline constexpr Duration kTermGraceMax = std::chrono::seconds(30);  ///< a killer's patience with SIGTERM
inline constexpr Duration kUnblockGraceMax = std::chrono::hours(24);
/// Far enough, and small enough that no sum of two times overflows.
inline constexpr WallTime kTimeMax{std::chrono::sys_days(std::chrono::year(2200) / 1 / 1)};

/// A process, told from all that will ever bear its number.
struct ProcessTarget {
  std::int32_t pid = 0;
  std::optional<WallTime> start;                 ///< when it began, to about a hundredth of a second
  std::optional<std::string> boot_id;            ///< of the boot in which the number was seen
  std::optional<std::string> executable_sha256;  ///< 64 digits in lower case
  WallTime not_after;                            ///< it was seen then, so it began no later
  bool operator==(const ProcessTarget&) const = default;
};

struct KillProcess {
  ProcessTarget target;
  bool tree = false;      ///< its descendants, too
  Duration term_grace{};  ///< SIGTERM first and so long to comply; zero: SIGKILL at once
  bool operator==(const KillProcess&) const = default;
};
struct SuspendProcess {
  ProcessTarget target;
  bool tree = false;
  bool operator==(const SuspendProcess&) const = default;
};
struct ResumeProcess {
  ProcessTarget target;
  bool operator==(const ResumeProcess&) const = default;
};
struct IsolateHost {
  std::vector<IpAddress> keep;
  bool allow_dns = false;
  bool allow_dhcp = true;
  bool operator==(const IsolateHost&) const = default;
};
struct UnisolateHost {
  bool all_owners = false;  ///< whoever isolated it; otherwise only what the order `releases`
  bool operator==(const UnisolateHost&) const = default;
};
struct QuarantineFile {
  std::string path;  ///< bytes, not text: absolute and without ".", ".." or empty parts
  std::optional<std::string> sha256;
  std::optional<std::uint64_t> inode;
  std::optional<std::uint64_t> size;
  std::optional<ProcessTarget> process;  ///< that runs it: where the path leads to no file; without a digest
  bool operator==(const QuarantineFile&) const = default;
};
struct RestoreFile {
  std::string vault_id;  ///< id of the action that quarantined the file
  bool operator==(const RestoreFile&) const = default;
};
struct BlockIp {
  IpAddress address;
  bool operator==(const BlockIp&) const = default;
};
struct UnblockIp {
  IpAddress address;
  bool all_owners = false;
  Duration grace{};  ///< so long no rule blocks the address again
  bool operator==(const UnblockIp&) const = default;
};
/// In the order of the verbs' numbers.
using Command = std::variant<KillProcess, SuspendProcess, ResumeProcess, IsolateHost, UnisolateHost,
                             QuarantineFile, RestoreFile, BlockIp, UnblockIp>;
static_assert(std::variant_size_v<Command> == kVerbCount);

Verb verb_of(const Command& command);
std::string_view name_of(Verb verb);
std::optional<Verb> parse_verb(std::string_view name);
/// Takes an effect back: never refused for lack of room or for the number of orders.
bool is_inverse(Verb verb);
/// "block_ip 203.0.113.9", for people. Paths are made printable.
std::string text_of(const Command& command);

/// Errors: invalid, which names the parameter, its bound and the cure.
Result<void> check(const Command& command);

}  // namespace riposte::order
