#include "rules/event/seen_keys.h"

#include <utility>

namespace riposte {
namespace {

constexpr std::size_t kSeenMin = 256;

/// Keys of different objects never meet.
std::uint64_t mixed(std::uint64_t hash, std::uint32_t object) {
  constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15;
  return hash ^ (object * kOdd);
}

}  // namespace

void SeenKeys::begin() {
  count_ = 0;
  if (seen_.empty()) seen_.resize(kSeenMin);
  if (++round_ != 0) return;
  seen_.assign(seen_.size(), {});
  ++round_;
}

bool SeenKeys::add(const Tape& tape, std::uint32_t key, std::uint64_t hash, std::uint32_t object) {
  if (2 * ++count_ > seen_.size()) grow(tape);
  return put(tape, {mixed(hash, object), round_, key, object});
}

bool SeenKeys::put(const Tape& tape, const Seen& seen) {
  const std::size_t mask = seen_.size() - 1;
  for (std::size_t i = seen.hash & mask;; i = (i + 1) & mask) {
    Seen& place = seen_[i];
    if (place.round != round_) {
      place = seen;
      return true;
    }
    const bool same = place.hash == seen.hash && place.object == seen.object &&
                      tape.string(place.key) == tape.string(seen.key);
    if (same) return false;
  }
}

void SeenKeys::grow(const Tape& tape) {
  const std::vector<Seen> old = std::exchange(seen_, std::vector<Seen>(2 * seen_.size()));
  for (const Seen& seen : old)
    if (seen.round == round_) put(tape, seen);
}

}  // namespace riposte
