#include "agent/deeds/process_facts.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <set>
#include <system_error>

#include <fmt/format.h>
#include <pwd.h>

#include "agent/process/executable_hash.h"
#include "agent/process/system_unit.h"
#include "engine/base/printable.h"

namespace riposte::agent {
namespace {

/// An entry of the user database with all its texts.
constexpr std::size_t kUserBytesMax = std::size_t{16} * 1024;

template <class Number>
std::optional<Number> number_in(std::string_view text) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return {};
  return number;
}

/// Empty: there is no such user on this host.
Result<std::optional<std::uint32_t>> number_of_user(const std::string& name) {
  if (const auto number = number_in<std::uint32_t>(name)) return number;
  std::string texts(kUserBytesMax, '\0');
  passwd entry{};
  passwd* found = nullptr;
  const int error = ::getpwnam_r(name.c_str(), &entry, texts.data(), texts.size(), &found);
  if (found != nullptr) return std::optional<std::uint32_t>(found->pw_uid);
  if (error == 0 || error == ENOENT || error == ESRCH) return std::nullopt;
  return fail(Errc::unavailable, std::generic_category().message(error));
}

std::optional<std::string> hash_for_record(const Pinned& target) {
  std::error_code error;
  const auto size =
      std::filesystem::file_size("/proc/" + std::to_string(target.identity.pid) + "/exe", error);
  if (error || size > kHashedForRecordBytesMax) return {};
  auto hash = executable_sha256(target.handle, target.identity.pid);
  if (!hash) return {};
  return *std::move(hash);
}

}  // namespace

MeantProcess meant_by(const order::ProcessTarget& target) {
  return {.pid = target.pid,
          .start = target.start,
          .not_after = target.not_after,
          .boot_id = target.boot_id,
          .executable_sha256 = target.executable_sha256};
}

Facts facts_of(const ProcessIdentity& identity) {
  return {{"pid", std::to_string(identity.pid)},   {"start_ticks", std::to_string(identity.start_ticks)},
          {"boot_id", identity.boot_id},           {"ppid", std::to_string(identity.parent)},
          {"exe", printable(identity.executable)}, {"state", std::string(1, identity.state)}};
}

Facts facts_of(const Pinned& target) {
  const ProcessIdentity& seen = target.identity;
  Facts facts = facts_of(seen);
  facts.emplace("command_line", command_line_of(seen.pid));
  if (const auto hash = hash_for_record(target)) facts.emplace("sha256", *hash);
  if (const auto unit = system_unit_of(seen.pid); unit && !unit->empty())
    facts.emplace("unit", printable(*unit));
  if (const auto users = users_of_process(seen.pid))
    facts.emplace("users", fmt::format("{}", fmt::join(*users, " ")));
  return facts;
}

std::string text_of(std::span<const Member> members, std::size_t most) {
  std::string text;
  for (const Member& member : members.first(std::min(most, members.size())))
    text += fmt::format("{}{}@{}", text.empty() ? "" : " ", member.pid, member.start_ticks);
  return text;
}

std::vector<Member> members_in(std::string_view text) {
  std::vector<Member> members;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    const auto at = word.find('@');
    if (at == std::string_view::npos) continue;
    const auto pid = number_in<std::int32_t>(word.substr(0, at));
    const auto ticks = number_in<std::uint64_t>(word.substr(at + 1));
    if (pid && ticks) members.push_back({*pid, *ticks});
  }
  return members;
}

Member member_of(const ProcessIdentity& identity) { return {identity.pid, identity.start_ticks}; }

std::vector<Member> family_of(const ProcessIdentity& root) {
  std::vector<Member> family{member_of(root)};
  std::set<std::int32_t> known{root.pid};
  const std::vector<ProcessStat> host = list_processes();
  for (bool again = true; again;) {
    again = false;
    for (const ProcessStat& process : host) {
      if (process.is_gone() || !known.contains(process.parent) || !known.insert(process.pid).second) continue;
      family.push_back({process.pid, process.start_ticks});
      again = true;
    }
  }
  return family;
}

std::expected<ProtectedProcesses, order::DeedResult> guards_of(const DeedGround& ground) {
  const LocalPolicy& policy = ground.policy;
  ProtectedProcesses::Configured configured{
      .executables = {policy.protected_executables.begin(), policy.protected_executables.end()},
      .units = vital_units()};
  configured.units.insert(policy.protected_units.begin(), policy.protected_units.end());
  for (const std::string& name : policy.never_users) {
    const auto number = number_of_user(name);
    if (!number)
      return std::unexpected(
          order::DeedResult{ResultWord::refused_guard,
                            fmt::format("never_users has {}, whose number cannot be told: {}",
                                        printable(name), number.error().text()),
                            {}});
    if (*number) configured.users.insert(**number);
  }
  return ProtectedProcesses(std::move(configured), ground.own);
}

}  // namespace riposte::agent
