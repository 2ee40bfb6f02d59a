#include "engine/order/verbs.h"

#include <algorithm>
#include <utility>

#include "engine/base/hex.h"
#include "engine/base/printable.h"
#include "engine/order/names.h"

namespace riposte::order {
namespace {

std::unexpected<Error> refuse(std::string what) { return fail(Errc::invalid, std::move(what)); }

Result<void> check_time(WallTime time, std::string_view name) {
  if (time >= WallTime{} && time <= kTimeMax) return {};
  return refuse(std::string(name) + " lies before 1970 or behind 2200");
}

Result<void> check_duration(Duration duration, Duration max, std::string_view name) {
  if (duration >= Duration::zero() && duration <= max) return {};
  return refuse(std::string(name) + " is not between 0 and " + duration_text(max));
}

Result<void> check_digest(const std::optional<std::string>& digest, std::string_view name) {
  if (!digest || is_hex(*digest, kSha256Digits)) return {};
  return refuse(std::string(name) + " is no SHA-256; write 64 hexadecimal digits in lower case");
}

Result<void> check_target(const ProcessTarget& target) {
  if (target.pid < 1)
    return refuse("pid " + std::to_string(target.pid) + " is no process; it must be 1 or more");
  if (target.start) TRY(check_time(*target.start, "start"));
  if (target.boot_id && !is_uuid(*target.boot_id))
    return refuse("boot_id is none; write it as /proc/sys/kernel/random/boot_id has it");
  TRY(check_digest(target.executable_sha256, "executable_sha256"));
  return check_time(target.not_after, "not_after");
}

/// An IPv4 address must not have a second form, or a block of the one would not be found under the other.
Result<void> check_address(const IpAddress& address) {
  const bool mapped =
      address.v6 && address.bytes[10] == 0xFF && address.bytes[11] == 0xFF &&
      std::all_of(address.bytes.begin(), address.bytes.begin() + 10, [](auto b) { return b == 0; });
  if (mapped) return refuse("an IPv4 address is written inside IPv6; write it as IPv4");
  if (!address.v6 &&
      std::any_of(address.bytes.begin() + 4, address.bytes.end(), [](auto b) { return b != 0; }))
    return refuse("an IPv4 address with more than four bytes");
  return {};
}

bool is_plain_path(std::string_view path) {
  if (path.size() < 2 || path.size() > kPathBytesMax || path.front() != '/') return false;
  if (path.find('\0') != std::string_view::npos) return false;
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::string_view part = path.substr(0, path.find('/'));
    if (part.empty() || part == "." || part == "..") return false;
    path.remove_prefix(part.size());
  }
  return true;
}

Result<void> check_parameters(const KillProcess& kill) {
  TRY(check_target(kill.target));
  return check_duration(kill.term_grace, kTermGraceMax, "term_grace");
}
Result<void> check_parameters(const SuspendProcess& suspend) { return check_target(suspend.target); }
Result<void> check_parameters(const ResumeProcess& resume) { return check_target(resume.target); }
Result<void> check_parameters(const IsolateHost& isolate) {
  if (isolate.keep.size() > kKeepMax)
    return refuse("keep has " + std::to_string(isolate.keep.size()) + " addresses; at most " +
                  std::to_string(kKeepMax) + " are allowed");
  for (const IpAddress& address : isolate.keep) TRY(check_address(address));
  return {};
}
Result<void> check_parameters(const UnisolateHost&) { return {}; }
Result<void> check_parameters(const QuarantineFile& quarantine) {
  if (!is_plain_path(quarantine.path))
    return refuse("path '" + printable(quarantine.path.substr(0, kNameBytesMax)) +
                  "' is not absolute, longer than " + std::to_string(kPathBytesMax) +
                  " bytes, or has an empty part, '.' or '..'; write the path of the file itself");
  if (quarantine.process) TRY(check_target(*quarantine.process));
  if (quarantine.process && quarantine.process->executable_sha256)
    return refuse("the process has a digest of its own; give the file's as sha256");
  return check_digest(quarantine.sha256, "sha256");
}
Result<void> check_parameters(const RestoreFile& restore) {
  if (is_hex(restore.vault_id, kActionIdDigits)) return {};
  return refuse("vault_id is not the id of an action; write 32 hexadecimal digits in lower case");
}
Result<void> check_parameters(const BlockIp& block) { return check_address(block.address); }
Result<void> check_parameters(const UnblockIp& unblock) {
  TRY(check_address(unblock.address));
  return check_duration(unblock.grace, kUnblockGraceMax, "grace");
}

std::string object_of(const IpAddress& address) {
  constexpr int kV4Bits = 32;
  constexpr int kV6Bits = 128;
  const std::string network = riposte::text_of(IpNetwork{address, address.v6 ? kV6Bits : kV4Bits});
  return network.substr(0, network.find('/'));
}
std::string object_of(const ProcessTarget& target) { return std::to_string(target.pid); }
std::string object_of(const KillProcess& kill) { return object_of(kill.target); }
std::string object_of(const SuspendProcess& suspend) { return object_of(suspend.target); }
std::string object_of(const ResumeProcess& resume) { return object_of(resume.target); }
std::string object_of(const IsolateHost&) { return ""; }
std::string object_of(const UnisolateHost&) { return ""; }
std::string object_of(const QuarantineFile& quarantine) { return printable(quarantine.path); }
std::string object_of(const RestoreFile& restore) { return restore.vault_id; }
std::string object_of(const BlockIp& block) { return object_of(block.address); }
std::string object_of(const UnblockIp& unblock) { return object_of(unblock.address); }

}  // namespace

Verb verb_of(const Command& command) { return static_cast<Verb>(command.index() + 1); }

std::string_view name_of(Verb verb) {
  return kVerbNames.at(static_cast<std::size_t>(std::to_underlying(verb)) - 1);
}

std::optional<Verb> parse_verb(std::string_view name) {
  const auto found = std::ranges::find(kVerbNames, name);
  if (found == kVerbNames.end()) return {};
  return static_cast<Verb>(found - kVerbNames.begin() + 1);
}

bool is_inverse(Verb verb) {
  return verb == Verb::resume_process || verb == Verb::unisolate_host || verb == Verb::restore_file ||
         verb == Verb::unblock_ip;
}

std::string text_of(const Command& command) {
  const std::string object =
      std::visit([](const auto& parameters) { return object_of(parameters); }, command);
  const std::string verb(name_of(verb_of(command)));
  return object.empty() ? verb : verb + " " + object;
}

Result<void> check(const Command& command) {
  auto checked = std::visit([](const auto& parameters) { return check_parameters(parameters); }, command);
  if (!checked) return fail(std::move(checked).error(), std::string(name_of(verb_of(command))));
  return {};
}

}  // namespace riposte::order
