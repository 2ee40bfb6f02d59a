/// Bytes of actions, audit records and dead letters, as stored. docs/formats.md is the description.
///
/// The first byte is the version; every version that was ever released still decodes.
/// Errors: corrupt (bytes that no version wrote, or a version from the future).
#pragma once

#include <string>
#include <string_view>

#include "engine/base/error.h"
#include "engine/lifecycle/commit.h"

namespace riposte {

/// What is written. 2 added chains, cooldowns, time to live and dry runs to actions; 3 the host's id, the
/// place to execute from, undos that failed, restore_file and a ground.
inline constexpr unsigned char kCodecVersion = 3;
inline constexpr unsigned char kOldestCodecVersion = 1;

std::string encode(const Action& action);
std::string encode(const AuditRecord& record);
std::string encode(const DeadLetter& letter);
std::string encode(const StreamPosition& position);
std::string encode(const Cooldown& cooldown);

Result<Action> decode_action(std::string_view bytes);
Result<AuditRecord> decode_audit(std::string_view bytes);
Result<DeadLetter> decode_dead_letter(std::string_view bytes);
Result<StreamPosition> decode_position(std::string_view bytes);
Result<Cooldown> decode_cooldown(std::string_view bytes);

}  // namespace riposte
