/// The keys of earlier records, in their order: most records are like one of them.
///
/// A key that stands where it stood in an earlier record need not be hashed, and as long as all of them do,
/// none comes twice: there none did. Threads: one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "engine/base/same_bytes.h"
#include "rules/event/byte_blocks.h"

namespace riposte {

/// Which object a key is in: the number of the member whose value has it, and its own among the record's
/// objects.
struct KeyPlace {
  std::uint32_t owner = 0;
  std::uint32_t object = 0;
  bool operator==(const KeyPlace&) const = default;
};

struct KnownKey {
  std::uint64_t hash = 0;
  KeyPlace place;
  std::uint32_t begin = 0;  ///< in the shape's text, where a quote follows
  std::uint32_t size = 0;
  std::uint32_t mask = 0;  ///< a bit for each of its first bytes, the quote included
};

/// Bytes behind a key or what is compared with one that must be readable.
inline constexpr std::size_t kKeyPadding = 32;

/// In no record.
inline constexpr KnownKey kNoKey{
    0, {std::numeric_limits<std::uint32_t>::max(), std::numeric_limits<std::uint32_t>::max()}, 0, 0, 0};

/// The keys of a record. None of them has an escape, so that its text is what stood in the record.
class Shape {
 public:
  /// Forgets what it was, for so many keys of so many bytes in all.
  void begin(std::size_t keys, std::size_t bytes);
  /// As many bytes behind the key as one that is kept has must be readable.
  void add(std::string_view key, std::uint64_t hash, KeyPlace place);
  void close(std::uint64_t serial);

  std::size_t size() const { return keys_.size() - 1; }
  std::uint64_t serial() const { return serial_; }
  /// Behind the last there is kNoKey.
  const KnownKey* keys() const { return keys_.data(); }
  const char* text() const { return text_.data(); }
  std::string_view key(std::size_t i) const { return {text_.data() + keys_[i].begin, keys_[i].size}; }
  /// The first `count` keys are those of `other`.
  bool begins_as(const Shape& other, std::size_t count) const;

 private:
  std::vector<KnownKey> keys_{kNoKey};
  std::vector<char> text_ = std::vector<char>(kKeyPadding);
  std::uint32_t end_ = 0;     ///< of the keys in `text_`
  std::uint64_t serial_ = 0;  ///< 0: it is no record's
};

/// Whether the text, which has a quote somewhere, begins with the key and a quote. Not a word is read behind
/// the first that is different.
inline bool begins_with(const char* text, const KnownKey& key, const char* shape_text) {
  const char* known = shape_text + key.begin;
  if (!same_where(text, known, key.mask)) return false;
  return key.size < kKeyPadding ||
         same_bytes(text + kKeyPadding, known + kKeyPadding, key.size + 1 - kKeyPadding);
}

/// Records of one kind often have as many strings, scalars and punctuation marks. Several kinds may have as
/// many.
class Shapes {
 public:
  /// Records with more are like no other, so that all shapes together stay under 32 MiB.
  static constexpr std::size_t kKeysMax = 512;
  static constexpr std::size_t kKeyBytesMax = 8192;

  Shapes() : sets_(kSets) {}

  /// What a record may be like that has this signature: a number which records of one kind often have in
  /// common.
  const Shape& likely(std::size_t signature);
  /// Another one that begins with the first `count` keys of `shape` and goes on with `key`; null when there
  /// is none.
  const Shape* with_next(const Shape& shape, std::size_t count, std::string_view key, KeyPlace place) const;
  /// One that has the first `count` keys of `shape` and no more; null when there is none.
  const Shape* with_no_more(const Shape& shape, std::size_t count) const;
  /// The record turned out to be like this one.
  void found(const Shape& shape);
  /// One to be filled with a record that is like none.
  Shape& forget_one();
  static std::uint64_t new_serial();

 private:
  static constexpr std::size_t kSets = 128;
  static constexpr std::size_t kWays = 8;
  struct Set {
    std::array<Shape, kWays> shapes;
    std::size_t likely = 0;
    std::size_t oldest = 0;
  };

  std::vector<Set> sets_;
  Set* set_ = nullptr;  ///< of this record
};

}  // namespace riposte
