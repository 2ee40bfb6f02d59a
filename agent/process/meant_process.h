/// What is known of the process that an order means, and whether a process is that one.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "agent/process/process_identity.h"

namespace riposte {

/// One tick of the kernel, in which it counts the start of a process.
inline constexpr Duration kStartTick = std::chrono::milliseconds(10);
/// Many sensors derive a start from the boot time in whole seconds, or cut a time to the second; slewing of
/// the clock since the process started comes on top. Short enough that a number cannot come round again in
/// it.
inline constexpr Duration kStartConversionSlack = std::chrono::seconds(1);
inline constexpr Duration kStartTolerance = kStartTick + kStartConversionSlack;

struct MeantProcess {
  std::int32_t pid = 0;
  std::optional<WallTime> start;  ///< when the process started, as the detection saw it
  WallTime not_after;             ///< it existed by then
  std::optional<std::string> boot_id;
  std::optional<std::string> executable_sha256;  ///< 64 digits in lower case
};

/// Why `identity` cannot be the process that is meant; empty when it is. The hash is not looked at: that
/// needs the program's file (executable_hash.h).
std::optional<std::string> mismatch(const MeantProcess& meant, const ProcessIdentity& identity);

}  // namespace riposte
