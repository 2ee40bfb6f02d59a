/// A parsed record: its values and keys in document order, each with where it stands in the record's text. A
/// place is the number of a value or key; the value of a member stands right behind its key.
///
/// Limits:  borrowed from the RecordReader; records below 4 GiB.
#pragma once

#include <cstdint>
#include <string_view>

#include "rules/event/scalar.h"

namespace riposte {

class Tape {
 public:
  static constexpr std::uint32_t kRoot = 0;  ///< where the document's value stands

  struct Entry {
    std::uint32_t begin = 0;  ///< of the text: the quote, the brace, the first letter or digit
    std::uint32_t size = 0;   ///< of a string, as it reads; of an object or array the place behind it
  };

  Tape() = default;
  Tape(const Entry* entries, const char* text) : entries_(entries), text_(text) {}

  bool is_object(std::uint32_t at) const { return letter(at) == '{'; }
  bool is_array(std::uint32_t at) const { return letter(at) == '['; }
  bool is_string(std::uint32_t at) const { return letter(at) == '"'; }

  /// The place behind the value.
  std::uint32_t behind(std::uint32_t at) const {
    return is_object(at) || is_array(at) ? entries_[at].size : at + 1;
  }

  std::string_view string(std::uint32_t at) const {
    return {text_ + entries_[at].begin + 1, entries_[at].size};
  }

  /// Null for objects and arrays.
  Scalar scalar(std::uint32_t at) const;

 private:
  char letter(std::uint32_t at) const { return text_[entries_[at].begin]; }

  const Entry* entries_ = nullptr;
  const char* text_ = nullptr;
};

/// Gives key and value of every member of the object at `object` to `see`, until that says true.
template <class See>
bool find_member(const Tape& tape, std::uint32_t object, const See& see) {
  const std::uint32_t end = tape.behind(object);
  for (std::uint32_t key = object + 1; key < end; key = tape.behind(key + 1))
    if (see(key, key + 1)) return true;
  return false;
}

template <class See>
void for_each_item(const Tape& tape, std::uint32_t array, const See& see) {
  const std::uint32_t end = tape.behind(array);
  for (std::uint32_t item = array + 1; item < end; item = tape.behind(item)) see(item);
}

}  // namespace riposte
