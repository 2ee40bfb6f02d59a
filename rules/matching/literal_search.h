/// One thread's way through a LiteralIndex: asks its memory of values first.
///
/// Threads: one. Limits: for a single index until clear().
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "rules/matching/literal_index.h"
#include "rules/matching/value_memo.h"

namespace riposte {

class LiteralSearch {
 public:
  /// A value to be searched; its text stays until finish().
  void add(std::uint32_t field, std::uint32_t ways, std::string_view folded);
  /// As LiteralIndex::search of every value that was added.
  void finish(const LiteralIndex& index, LiteralHits& hits);
  void clear();

 private:
  /// A value that is dear to search and may be known.
  struct Pending {
    std::uint32_t field;
    std::uint32_t ways;
    std::string_view folded;
    std::uint64_t hash;
  };
  void search(const Pending& value, const LiteralIndex& index, LiteralHits& hits);

  ValueMemo memo_;
  LiteralHits of_value_;
  std::vector<Pending> known_perhaps_;
  std::vector<Pending> others_;
};

}  // namespace riposte
