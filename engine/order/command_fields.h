/// The parameters of every verb in the order of their bytes. Only the order's own encoding includes this.
#pragma once

#include <algorithm>
#include <array>

#include "engine/order/canonical.h"
#include "engine/order/names.h"
#include "engine/order/verbs.h"

namespace riposte::order {

inline constexpr std::size_t kBootIdBytesMax = 36;

/// One byte for the family, then four or sixteen.
void fields(auto& wire, Either<IpAddress> auto& address) {
  constexpr std::size_t kV4Bytes = 4;
  wire.flag(address.v6);
  std::array<std::uint8_t, kV4Bytes> v4{};
  if (address.v6) return wire.block(address.bytes);
  std::copy_n(address.bytes.begin(), kV4Bytes, v4.begin());
  wire.block(v4);
  if constexpr (!std::is_const_v<std::remove_reference_t<decltype(address)>>)
    std::copy_n(v4.begin(), kV4Bytes, address.bytes.begin());
}

void fields(auto& wire, Either<ProcessTarget> auto& target) {
  auto pid = static_cast<std::uint32_t>(target.pid);
  wire.number(pid);
  if constexpr (!std::is_const_v<std::remove_reference_t<decltype(target)>>)
    target.pid = static_cast<std::int32_t>(pid);
  wire.maybe(target.start, [&](auto& start) { wire.time(start); });
  wire.maybe(target.boot_id, [&](auto& id) { wire.text(id, kBootIdBytesMax); });
  wire.maybe(target.executable_sha256, [&](auto& digest) { wire.text(digest, kSha256Digits); });
  wire.time(target.not_after);
}

void fields(auto& wire, Either<KillProcess> auto& kill) {
  fields(wire, kill.target);
  wire.flag(kill.tree);
  wire.duration(kill.term_grace);
}

void fields(auto& wire, Either<SuspendProcess> auto& suspend) {
  fields(wire, suspend.target);
  wire.flag(suspend.tree);
}

void fields(auto& wire, Either<ResumeProcess> auto& resume) { fields(wire, resume.target); }

void fields(auto& wire, Either<IsolateHost> auto& isolate) {
  wire.list(isolate.keep, kKeepMax, [&](auto& address) { fields(wire, address); });
  wire.flag(isolate.allow_dns);
  wire.flag(isolate.allow_dhcp);
}

void fields(auto& wire, Either<UnisolateHost> auto& unisolate) { wire.flag(unisolate.all_owners); }

/// What of a quarantine's last two fields is there. Without a process the byte is the flag of the size that
/// it was before there were processes.
enum class Presence : std::uint8_t { neither = 0, size = 1, process = 2, both = 3 };

void fields(auto& wire, Either<QuarantineFile> auto& quarantine) {
  wire.text(quarantine.path, kPathBytesMax);
  wire.maybe(quarantine.sha256, [&](auto& digest) { wire.text(digest, kSha256Digits); });
  wire.maybe(quarantine.inode, [&](auto& inode) { wire.number(inode); });
  auto present = static_cast<Presence>((quarantine.size ? 1 : 0) | (quarantine.process ? 2 : 0));
  wire.word(present, Presence::neither, Presence::both);
  if constexpr (!std::is_const_v<std::remove_reference_t<decltype(quarantine)>>) {
    if (present == Presence::size || present == Presence::both) quarantine.size.emplace();
    if (present == Presence::process || present == Presence::both) quarantine.process.emplace();
  }
  if (quarantine.size) wire.number(*quarantine.size);
  if (quarantine.process) fields(wire, *quarantine.process);
}

void fields(auto& wire, Either<RestoreFile> auto& restore) { wire.text(restore.vault_id, kActionIdDigits); }

void fields(auto& wire, Either<BlockIp> auto& block) { fields(wire, block.address); }

void fields(auto& wire, Either<UnblockIp> auto& unblock) {
  fields(wire, unblock.address);
  wire.flag(unblock.all_owners);
  wire.duration(unblock.grace);
}

inline void fields(CanonicalWriter& wire, const Command& command) {
  wire.word(verb_of(command), kFirstVerb, kLastVerb);
  std::visit([&](const auto& parameters) { fields(wire, parameters); }, command);
}

template <std::size_t Index = 0>
void read_parameters(CanonicalReader& wire, Command& command, std::size_t index) {
  if constexpr (Index < kVerbCount) {
    if (Index == index) return fields(wire, command.emplace<Index>());
    return read_parameters<Index + 1>(wire, command, index);
  }
}

inline void fields(CanonicalReader& wire, Command& command) {
  Verb verb = kFirstVerb;
  wire.word(verb, kFirstVerb, kLastVerb);
  read_parameters(wire, command, static_cast<std::size_t>(std::to_underlying(verb)) - 1);
}

}  // namespace riposte::order
