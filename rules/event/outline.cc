#include "rules/event/outline.h"

#include <atomic>
#include <random>
#include <utility>

#include "engine/base/same_bytes.h"

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
  begin(tape);
  if (!read_members(tape)) return false;
  finish(tape);
  return true;
}

void Outline::begin(const Tape& tape) {
  members_.clear();
  objects_.clear();
  strings_.clear();
  open_.clear();
  remembered_ = 0;
  if (seen_.empty()) seen_.resize(kSeenMin);
  if (shapes_.empty()) shapes_.resize(kShapes);
  if (++round_ == 0) {
    seen_.assign(seen_.size(), {});
    ++round_;
  }
  // Documents of one kind often have the same number of words.
  shape_ = &shapes_[tape.behind(Tape::kRoot) % kShapes];
  is_following_ = true;
  shape_serial_ = 0;
}

bool Outline::read_members(const Tape& tape) {
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
    if (tape.is_string(at)) strings_.push_back(at);
    const bool is_object = tape.is_object(at);
    if (is_object || tape.is_array(at)) {
      open_.push_back({tape.last(at), owner, is_object ? objects++ : kNobody});
      ++at;
    } else {
      at = tape.behind(at);
    }
  }
  return true;
}

bool Outline::follows(std::string_view key, const Frame& frame) {
  if (members_.size() >= shape_->keys.size()) return false;
  const Shape::Key& known = shape_->keys[members_.size()];
  return known.size == key.size() && known.owner == frame.owner && known.object == frame.object &&
         same_bytes(shape_->text.data() + known.begin, key.data(), key.size());
}

/// The keys until here are no duplicates, but later ones may be.
bool Outline::stop_following(const Tape& tape) {
  is_following_ = false;
  for (std::size_t i = 0; i < members_.size(); ++i) {
    if (2 * ++remembered_ > seen_.size()) grow(tape);
    if (!remember(tape, {mixed(members_[i].hash, objects_[i]), round_, members_[i].key, objects_[i]}))
      return false;
  }
  return true;
}

bool Outline::add_member(const Tape& tape, std::uint32_t key, const Frame& frame) {
  const std::string_view text = tape.string(key);
  if (is_following_ && follows(text, frame)) {
    const std::uint64_t hash = shape_->keys[members_.size()].hash;
    members_.push_back({hash, key, frame.owner});
    objects_.push_back(frame.object);
    return true;
  }
  if (is_following_ && !stop_following(tape)) return false;
  const std::uint64_t hash = key_hash(text);
  members_.push_back({hash, key, frame.owner});
  objects_.push_back(frame.object);
  if (2 * ++remembered_ > seen_.size()) grow(tape);
  return remember(tape, {mixed(hash, frame.object), round_, key, frame.object});
}

/// The next document of the kind may be like this one.
void Outline::finish(const Tape& tape) {
  if (is_following_ && members_.size() == shape_->keys.size()) {
    shape_serial_ = shape_->serial;
    return;
  }
  if (members_.size() > kShapeKeysMax) return;
  shape_->keys.clear();
  shape_->text.clear();
  for (std::size_t i = 0; i < members_.size(); ++i) {
    const std::string_view key = tape.string(members_[i].key);
    shape_->keys.push_back({members_[i].hash, static_cast<std::uint32_t>(shape_->text.size()),
                            static_cast<std::uint32_t>(key.size()), members_[i].owner, objects_[i]});
    shape_->text += key;
  }
  static std::atomic<std::uint64_t> last_serial{0};
  shape_->serial = shape_serial_ = ++last_serial;
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
