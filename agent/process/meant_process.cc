#include "agent/process/meant_process.h"

#include <fmt/format.h>

#include "engine/base/printable.h"

namespace riposte {

std::optional<std::string> mismatch(const MeantProcess& meant, const ProcessIdentity& identity) {
  const std::string found =
      fmt::format("process {} started at {}", identity.pid, iso8601(identity.started_at));
  if (meant.boot_id && *meant.boot_id != identity.boot_id)
    return fmt::format("the process was seen in boot {}; the machine has booted since",
                       printable(*meant.boot_id));
  if (meant.start && std::chrono::abs(identity.started_at - *meant.start) > kStartTolerance)
    return fmt::format("{}, the one that is meant at {}: the number now belongs to another process", found,
                       iso8601(*meant.start));
  if (identity.started_at - kStartTolerance > meant.not_after)
    return fmt::format(
        "{}, after the detection or submission of {}: the number now belongs to a later process", found,
        iso8601(meant.not_after));
  return {};
}

}  // namespace riposte
