/// The keys of one record's objects, so that one that comes twice is seen.
///
/// Threads: one. Limits: keys are borrowed from the record's tape.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "rules/event/tape.h"

namespace riposte {

class SeenKeys {
 public:
  /// Forgets the record before.
  void begin();
  /// False when the object has it already. `key`: its place on the tape; `object`: its object's number.
  bool add(const Tape& tape, std::uint32_t key, std::uint64_t hash, std::uint32_t object);

 private:
  /// A key of this record, when `round` is this record's.
  struct Seen {
    std::uint64_t hash = 0;
    std::uint32_t round = 0;
    std::uint32_t key = 0;
    std::uint32_t object = 0;
  };

  bool put(const Tape& tape, const Seen& seen);
  void grow(const Tape& tape);

  std::vector<Seen> seen_;  ///< open addressing; a power of two
  std::size_t count_ = 0;
  std::uint32_t round_ = 0;
};

}  // namespace riposte
