#include "rules/event/shapes.h"

#include <algorithm>
#include <atomic>

namespace riposte {
namespace {

constexpr std::size_t kKeysUsual = 64;
constexpr std::size_t kTextUsual = 1024;
constexpr std::size_t kCopiedAtOnce = 16;

}  // namespace

void Shape::begin(std::size_t keys, std::size_t bytes) {
  // Shapes come and go: with room for most of them, a change takes no memory.
  keys_.reserve(std::max(keys + 1, kKeysUsual));
  keys_.clear();
  end_ = 0;
  serial_ = 0;
  const std::size_t room = bytes + keys + kKeyPadding;
  if (text_.size() < room) text_.resize(std::max(room, kTextUsual));
}

void Shape::add(std::string_view key, std::uint64_t hash, KeyPlace place) {
  const auto size = static_cast<std::uint32_t>(key.size());
  char* const to = text_.data() + end_;
  for (std::size_t at = 0; at < size; at += kCopiedAtOnce) copy_sixteen(key.data() + at, to + at);
  to[size] = '"';
  keys_.push_back({hash, place, end_, size, size + 1 < kKeyPadding ? (1U << (size + 1)) - 1 : ~0U});
  end_ += size + 1;
}

void Shape::close(std::uint64_t serial) {
  keys_.push_back(kNoKey);
  serial_ = serial;
}

bool Shape::begins_as(const Shape& other, std::size_t count) const {
  if (size() < count) return false;
  for (std::size_t i = 0; i < count; ++i)
    if (keys_[i].hash != other.keys_[i].hash || keys_[i].place != other.keys_[i].place) return false;
  for (std::size_t i = 0; i < count; ++i)
    if (key(i) != other.key(i)) return false;
  return true;
}

const Shape& Shapes::likely(std::size_t signature) {
  set_ = &sets_[signature % kSets];
  return set_->shapes[set_->likely];
}

const Shape* Shapes::with_next(const Shape& shape, std::size_t count, std::string_view key,
                               KeyPlace place) const {
  for (const Shape& other : set_->shapes)
    if (other.size() > count && other.keys()[count].place == place && other.key(count) == key &&
        other.begins_as(shape, count))
      return &other;
  return nullptr;
}

const Shape* Shapes::with_no_more(const Shape& shape, std::size_t count) const {
  for (const Shape& other : set_->shapes)
    if (other.serial() != 0 && other.size() == count && other.begins_as(shape, count)) return &other;
  return nullptr;
}

void Shapes::found(const Shape& shape) {
  set_->likely = static_cast<std::size_t>(&shape - set_->shapes.data());
}

Shape& Shapes::forget_one() {
  set_->likely = set_->oldest;
  set_->oldest = (set_->oldest + 1) % kWays;
  return set_->shapes[set_->likely];
}

std::uint64_t Shapes::new_serial() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

}  // namespace riposte
