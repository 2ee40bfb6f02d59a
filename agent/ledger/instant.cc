#include "agent/ledger/instant.h"

namespace riposte::agent {

Instant later(const Instant& from, Duration by) {
  return {from.wall + by, from.boot_id, from.since_boot + by};
}

bool has_passed(const Instant& due, const Instant& now) {
  if (due.boot_id == now.boot_id) return now.since_boot >= due.since_boot;
  return now.wall >= due.wall;
}

const Instant& later_of(const Instant& a, const Instant& b) {
  const bool a_is_later = a.boot_id == b.boot_id ? a.since_boot > b.since_boot : a.wall > b.wall;
  return a_is_later ? a : b;
}

}  // namespace riposte::agent
