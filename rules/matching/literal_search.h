/// One thread's way through a LiteralIndex: asks its memory of values first.
///
/// Threads: one. Limits: for a single index until clear().
#pragma once

#include <cstdint>
#include <string_view>

#include "rules/matching/literal_index.h"
#include "rules/matching/value_memo.h"

namespace riposte {

class LiteralSearch {
 public:
  /// As LiteralIndex::search.
  void search(const LiteralIndex& index, std::uint32_t field, std::uint32_t ways, std::string_view folded,
              LiteralHits& hits);
  void clear() { memo_.clear(); }

 private:
  ValueMemo memo_;
  LiteralHits of_value_;
};

}  // namespace riposte
