/// Every member of a record in order, with its key hashed: nobody hashes a key twice.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

namespace riposte {

/// Differs from process to process: whoever writes events cannot make keys that collide.
std::uint64_t key_hash(std::string_view key);

struct Member {
  std::uint64_t hash = 0;
  std::uint32_t key = 0;    ///< its place; the value stands right behind
  std::uint32_t owner = 0;  ///< the member whose value has this one's object in it, or is it; kNobody
};

struct Outline {
  static constexpr std::uint32_t kNobody = std::numeric_limits<std::uint32_t>::max();

  std::span<const Member> members;
  std::span<const std::uint32_t> strings;  ///< places of all strings that are values
  /// The same for all records with the same keys in the same order and objects, and for no other, now or
  /// later; 0: not known to be like another.
  std::uint64_t shape = 0;
};

}  // namespace riposte
