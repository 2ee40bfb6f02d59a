/// The keys of the store; docs/formats.md is the description.
///
/// Numbers are big-endian, so that byte order is number order.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/clock.h"
#include "engine/base/ids.h"

namespace riposte::keys {

std::string be32(std::uint32_t number);
std::string be64(std::uint64_t number);
/// Empty when there are fewer than four (eight) bytes.
std::optional<std::uint32_t> read_be32(std::string_view bytes);
std::optional<std::uint64_t> read_be64(std::string_view bytes);

/// be32(partition): every key of one partition in `open`, `closed` and `audit` starts so.
std::string of_partition(Partition partition);
/// be32(partition) · id, in `open` and `closed`.
std::string of_action(Partition partition, const ActionId& id);
/// be32(partition) · the cooldown's key, in `cooldown`.
std::string of_cooldown(Partition partition, std::string_view key);
/// be64(created) · id, in `recent`.
std::string of_creation(WallTime created, const ActionId& id);
/// be32(partition) · be64(sequence), in `audit`.
std::string of_audit(Partition partition, std::uint64_t sequence);
/// id · be32(partition) · be64(sequence), in `audit_by_action`: what follows the id is the key in `audit`.
std::string of_action_audit(const ActionId& id, Partition partition, std::uint64_t sequence);
/// "stream/" · name, in `meta`.
std::string of_stream(const StreamId& stream);
/// stream · 0 · be64(offset), in `outbox`.
std::string of_dead_letter(const StreamId& stream, Offset offset);

inline constexpr std::string_view kStreamPrefix = "stream/";
inline constexpr std::string_view kNextPartition = "next_partition";
inline constexpr std::string_view kFormat = "format";
inline constexpr std::string_view kCommitCount = "commits";
inline constexpr std::string_view kEpoch = "epoch";

}  // namespace riposte::keys
