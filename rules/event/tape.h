/// The parsed document as simdjson leaves it: one array of words, in document order (its doc/tape.md), and
/// one buffer with all strings. A place is the number of the word at which a value begins.
///
/// Limits:  borrowed from the parser; documents below 4 GiB.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include "rules/event/scalar.h"

namespace riposte {

class Tape {
 public:
  static constexpr std::uint32_t kRoot = 1;  ///< where the document's value stands

  Tape() = default;
  Tape(const std::uint64_t* words, const std::uint8_t* strings) : words_(words), strings_(strings) {}

  /// simdjson's letter for what begins there.
  char kind(std::uint32_t at) const { return static_cast<char>(words_[at] >> kKindShift); }
  bool is_object(std::uint32_t at) const { return kind(at) == '{'; }
  bool is_array(std::uint32_t at) const { return kind(at) == '['; }
  bool is_string(std::uint32_t at) const { return kind(at) == '"'; }

  /// The place behind the value.
  std::uint32_t behind(std::uint32_t at) const {
    switch (kind(at)) {
      case '{':
      case '[':
        return static_cast<std::uint32_t>(words_[at]);
      case 'l':
      case 'u':
      case 'd':
        return at + 2;
      default:
        return at + 1;
    }
  }

  /// The last word of an object or array.
  std::uint32_t last(std::uint32_t at) const { return behind(at) - 1; }

  std::string_view string(std::uint32_t at) const {
    const std::uint8_t* place = strings_ + string_offset(at);
    std::uint32_t length = 0;
    std::memcpy(&length, place, sizeof length);
    return {reinterpret_cast<const char*>(place + sizeof length), length};
  }

  /// Where the strings begin.
  const char* string_bytes() const { return reinterpret_cast<const char*>(strings_); }

  /// Null for objects and arrays.
  Scalar scalar(std::uint32_t at) const;

 private:
  static constexpr unsigned kKindShift = 56;
  std::uint64_t string_offset(std::uint32_t at) const {
    return words_[at] & ((std::uint64_t{1} << kKindShift) - 1);
  }

  const std::uint64_t* words_ = nullptr;
  const std::uint8_t* strings_ = nullptr;
};

/// Gives key and value of every member of the object at `object` to `see`, until that says true.
template <class See>
bool find_member(const Tape& tape, std::uint32_t object, const See& see) {
  const std::uint32_t last = tape.last(object);
  for (std::uint32_t key = object + 1; key < last; key = tape.behind(key + 1))
    if (see(key, key + 1)) return true;
  return false;
}

template <class See>
void for_each_item(const Tape& tape, std::uint32_t array, const See& see) {
  const std::uint32_t last = tape.last(array);
  for (std::uint32_t item = array + 1; item < last; item = tape.behind(item)) see(item);
}

}  // namespace riposte
