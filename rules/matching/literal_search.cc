#include "rules/matching/literal_search.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace riposte {

void LiteralSearch::search(const LiteralIndex& index, std::uint32_t field, std::uint32_t ways,
                           std::string_view folded, LiteralHits& hits) {
  if (!ValueMemo::takes(folded)) return index.search(field, ways, folded, hits);
  const std::uint64_t hash = XXH3_64bits_withSeed(folded.data(), folded.size(), field);
  if (const ValueMemo::Entry* known = memo_.find(hash, field, ways, folded)) {
    for (std::uint32_t i = 0; i < known->hits; ++i) hits.add(known->literals[i]);
    return;
  }
  // What an earlier value of the event has counts for this one all the same.
  of_value_.begin(index.size());
  index.search(field, ways, folded, of_value_);
  for (const std::uint32_t literal : of_value_.found()) hits.add(literal);
  memo_.keep(hash, field, ways, folded, of_value_.found());
}

}  // namespace riposte
