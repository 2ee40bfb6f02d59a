/// Every member of a document in order, with its key hashed: read once, so that duplicate keys are seen and
/// nobody hashes a key twice.
///
/// Documents of one kind have the same keys in the same order. Where that is so with an earlier one, its keys
/// are compared instead of hashed, and found to differ from each other as they did there.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "rules/event/tape.h"

namespace riposte {

/// Differs from process to process: whoever writes events cannot make keys that collide.
std::uint64_t key_hash(std::string_view key);

struct Member {
  std::uint64_t hash = 0;
  std::uint32_t key = 0;    ///< its place; the value stands right behind
  std::uint32_t owner = 0;  ///< the member whose value has this one's object in it, or is it; kNobody
};

class Outline {
 public:
  static constexpr std::uint32_t kNobody = std::numeric_limits<std::uint32_t>::max();

  /// False when an object has the same key twice. The memory of the last document is used again.
  bool read(const Tape& tape);

  const std::vector<Member>& members() const { return members_; }
  /// The same for all documents with the same keys in the same order and places, and for no other, now or
  /// later; 0: not known to be like another.
  std::uint64_t shape() const { return shape_serial_; }
  /// Places of all strings that are values.
  const std::vector<std::uint32_t>& strings() const { return strings_; }

 private:
  struct Frame {
    std::uint32_t last;    ///< the word that closes it
    std::uint32_t owner;   ///< of its members
    std::uint32_t object;  ///< its number; kNobody for an array
  };
  /// A key of this document, when `round` is this document's.
  struct Seen {
    std::uint64_t hash = 0;
    std::uint32_t round = 0;
    std::uint32_t key = 0;
    std::uint32_t object = 0;
  };

  /// The members of a document that others may be like.
  struct Shape {
    struct Key {
      std::uint64_t hash;
      std::uint32_t begin;  ///< in `text`
      std::uint32_t size;
      std::uint32_t owner;
      std::uint32_t object;
    };
    std::vector<Key> keys;
    std::string text;
    std::uint64_t serial = 0;
  };
  static constexpr std::size_t kShapes = 64;
  static constexpr std::size_t kShapeKeysMax = 1024;

  void begin(const Tape& tape);
  bool read_members(const Tape& tape);
  bool follows(std::string_view key, const Frame& frame);
  bool stop_following(const Tape& tape);
  void finish(const Tape& tape);
  bool add_member(const Tape& tape, std::uint32_t key, const Frame& frame);
  /// False when it is there already.
  bool remember(const Tape& tape, Seen seen);
  void grow(const Tape& tape);

  std::vector<Member> members_;
  std::vector<std::uint32_t> objects_;  ///< by member: the number of its object
  std::vector<std::uint32_t> strings_;
  std::vector<Frame> open_;
  std::vector<Seen> seen_;  ///< open addressing; a power of two
  std::size_t remembered_ = 0;
  std::uint32_t round_ = 0;

  std::vector<Shape> shapes_;
  Shape* shape_ = nullptr;  ///< the document's, perhaps
  bool is_following_ = false;
  std::uint64_t shape_serial_ = 0;
};

}  // namespace riposte
