/// What an order says about the process it means, and whether a process is that one.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "connectors/process/process_identity.h"
#include "engine/lifecycle/action.h"

namespace riposte {

/// One tick of the kernel, in which it counts the start of a process.
inline constexpr Duration kStartTick = std::chrono::milliseconds(10);
/// Many sensors derive a start from the boot time in whole seconds, or cut a time to the second; slewing of
/// the clock since the process started comes on top. Short enough that a number cannot come round again in
/// it.
inline constexpr Duration kStartConversionSlack = std::chrono::seconds(1);
inline constexpr Duration kStartTolerance = kStartTick + kStartConversionSlack;

struct ProcessOrder {
  std::int32_t pid = 0;
  std::optional<WallTime> start;  ///< when the process started, as the detection saw it
  WallTime not_after;             ///< it existed by then
};

/// Errors: invalid (no usable "pid" or "start").
Result<ProcessOrder> read_process_order(const ActionRequest& request);

/// Why `identity` cannot be the process that `order` means; empty when it is.
std::optional<std::string> mismatch(const ProcessOrder& order, const ProcessIdentity& identity);

}  // namespace riposte
