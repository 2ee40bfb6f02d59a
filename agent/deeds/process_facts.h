/// What is written down of a process and its descendants, and which processes this host's owner protects.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/deeds/deed.h"
#include "agent/deeds/plan.h"
#include "agent/process/signalling.h"

namespace riposte::agent {

/// A program is hashed for the record only up to this size: a deed about a process has seconds.
inline constexpr std::uint64_t kHashedForRecordBytesMax = std::uint64_t{64} << 20;
/// So many members of a family are named in a report; the plan has all that its bytes hold.
inline constexpr std::size_t kReportedMembersMax = 256;

MeantProcess meant_by(const order::ProcessTarget& target);

/// "pid", "start_ticks", "boot_id", "ppid", "exe", "state".
Facts facts_of(const ProcessIdentity& identity);
/// Beside these, where the kernel tells: "sha256", "users", "unit", "command_line".
Facts facts_of(const Pinned& target);

/// A process for as long as the machine runs.
struct Member {
  std::int32_t pid = 0;
  std::uint64_t start_ticks = 0;
  bool operator==(const Member&) const = default;
};
/// "4711@8812345 4712@8812390": the first `most` of them.
std::string text_of(std::span<const Member> members, std::size_t most);
std::vector<Member> members_in(std::string_view text);
Member member_of(const ProcessIdentity& identity);
/// The process and all that descends from it, as of now. Nothing is held and nothing is touched.
std::vector<Member> family_of(const ProcessIdentity& root);

/// As the local policy wants it: programs, services, users, and services without which nobody gets at the
/// host. Errors: refused_guard, where a user's number cannot be told.
std::expected<ProtectedProcesses, order::DeedResult> guards_of(const DeedGround& ground);

}  // namespace riposte::agent
