/// A moment on both of a machine's clocks, so that neither a clock set back nor a reboot moves a deadline
/// far.
#pragma once

#include <string>

#include "engine/base/clock.h"

namespace riposte::agent {

struct Instant {
  WallTime wall;
  std::string boot_id;
  Duration since_boot{};  ///< sleep included
  bool operator==(const Instant&) const = default;
};

Instant later(const Instant& from, Duration by);
/// In the same boot the time since boot decides, after a reboot the wall clock.
bool has_passed(const Instant& due, const Instant& now);
/// Of two deadlines the later one.
const Instant& later_of(const Instant& a, const Instant& b);

}  // namespace riposte::agent
