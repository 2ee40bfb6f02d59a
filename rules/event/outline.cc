#include "rules/event/outline.h"

#include <random>
#include <utility>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace riposte {
namespace {

constexpr std::size_t kSeenMin = 256;

std::uint64_t random_seed() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

/// Keys of different objects never meet.
std::uint64_t mixed(std::uint64_t hash, std::uint32_t object) {
  constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15;
  return hash ^ (object * kOdd);
}

}  // namespace

std::uint64_t key_hash(std::string_view key) {
  static const std::uint64_t kSeed = random_seed();
  return XXH3_64bits_withSeed(key.data(), key.size(), kSeed);
}

bool Outline::read(const Tape& tape) {
  members_.clear();
  strings_.clear();
  open_.clear();
  remembered_ = 0;
  if (seen_.empty()) seen_.resize(kSeenMin);
  if (++round_ == 0) {
    seen_.assign(seen_.size(), {});
    ++round_;
  }
  std::uint32_t objects = 0;
  std::uint32_t at = Tape::kRoot;
  const std::uint32_t end = tape.behind(at);
  std::uint32_t owner = kNobody;  // of what stands at `at`
  while (at < end) {
    if (!open_.empty()) {
      const Frame& frame = open_.back();
      if (at == frame.last) {
        open_.pop_back();
        ++at;
        continue;
      }
      owner = frame.owner;
      if (frame.object != kNobody) {
        if (!add_member(tape, at, frame)) return false;
        owner = static_cast<std::uint32_t>(members_.size() - 1);
        ++at;
      }
    }
    switch (tape.kind(at)) {
      case '{':
        open_.push_back({tape.last(at), owner, objects++});
        ++at;
        break;
      case '[':
        open_.push_back({tape.last(at), owner, kNobody});
        ++at;
        break;
      case '"':
        strings_.push_back(at);
        ++at;
        break;
      default:
        at = tape.behind(at);
    }
  }
  return true;
}

bool Outline::add_member(const Tape& tape, std::uint32_t key, const Frame& frame) {
  const std::uint64_t hash = key_hash(tape.string(key));
  members_.push_back({hash, key, frame.owner});
  if (2 * ++remembered_ > seen_.size()) grow(tape);
  return remember(tape, {mixed(hash, frame.object), round_, key, frame.object});
}

bool Outline::remember(const Tape& tape, Seen seen) {
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

void Outline::grow(const Tape& tape) {
  const std::vector<Seen> old = std::exchange(seen_, std::vector<Seen>(2 * seen_.size()));
  for (const Seen& seen : old)
    if (seen.round == round_) remember(tape, seen);
}

}  // namespace riposte
