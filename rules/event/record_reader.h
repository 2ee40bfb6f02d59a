/// Reads the text of one JSON object in one pass over the structure that simdjson's first stage finds:
/// everything that its second stage refuses is refused, and keys that come twice are seen.
///
/// Threads: one. Limits: what it gives is valid until it reads again.
/// Source:  docs/decisions/015-an-own-second-stage.md
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <simdjson.h>

#include "rules/event/escape_places.h"
#include "rules/event/outline.h"
#include "rules/event/seen_keys.h"
#include "rules/event/shapes.h"
#include "rules/event/structure.h"
#include "rules/event/tape.h"

namespace riposte {

class RecordReader {
 public:
  enum class Found : std::uint8_t { object, object_with_key_twice, no_object };
  struct Answer {
    simdjson::error_code error = simdjson::SUCCESS;
    Found found = Found::object;  ///< unless there is an error
  };

  /// False when there is no memory for records of so many bytes. Objects and arrays are fewer than `depth`
  /// inside each other, empty ones aside, or the error is DEPTH_ERROR.
  bool reserve(std::size_t bytes, std::size_t depth);

  /// `bytes` are copied.
  Answer read(std::string_view bytes);

  // What follows asks about an object that was read.

  const Tape& tape() const { return tape_; }
  const Outline& outline() const { return outline_; }
  /// The bytes that every string and key lies in, in the order of the tape, with others between them.
  std::string_view string_bytes() const;

 private:
  struct Frame {
    std::uint32_t at;  ///< place of the object or array
    KeyPlace place;    ///< of its members; of an array only the owner counts
    char closer;
  };

  void make_room(std::size_t structurals);
  void begin(std::string_view bytes);
  std::size_t signature() const;
  simdjson::error_code walk();
  bool read_value();
  bool read_key();
  bool read_new_key();
  bool read_string();
  bool read_literal(char letter);
  bool open(char letter);
  bool close();
  bool follow_another(std::uint32_t key);
  void stop_following();
  void note_places();
  bool is_known();
  void remember();
  void finish();

  char letter() const { return text_[*next_]; }
  void add(std::uint32_t size) { *entry_++ = {*next_, size}; }
  std::uint32_t place() const { return static_cast<std::uint32_t>(entry_ - entries_.data()); }
  std::size_t member_count() const { return static_cast<std::size_t>(member_ - members_.data()); }
  bool fail(simdjson::error_code error) {
    error_ = error;
    return false;
  }

  Structure structure_;
  EscapePlaces escape_places_;
  std::vector<char> padded_;
  std::vector<Tape::Entry> entries_;
  std::vector<Member> members_;
  std::vector<KeyPlace> places_;  ///< by member, unless a shape is followed
  std::vector<std::uint32_t> strings_;
  std::vector<Frame> open_;
  SeenKeys seen_;
  Shapes shapes_;
  Tape tape_;
  Outline outline_;

  // The record that is being read.
  std::string_view record_;
  char* text_ = nullptr;
  const std::uint32_t* next_ = nullptr;  ///< structural character
  const KnownKey* known_ = nullptr;      ///< that the next key may be
  const char* known_text_ = nullptr;
  Tape::Entry* entry_ = nullptr;  ///< to be written, as all of these
  Member* member_ = nullptr;
  std::uint32_t* string_ = nullptr;
  EscapeCursor escapes_;
  Frame frame_{};  ///< the innermost
  std::size_t depth_ = 0;
  std::uint32_t objects_ = 0;
  const Shape* shape_ = nullptr;  ///< that is followed; null: none
  bool has_key_twice_ = false;
  bool has_escaped_key_ = false;
  simdjson::error_code error_ = simdjson::SUCCESS;
};

}  // namespace riposte
