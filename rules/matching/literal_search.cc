#include "rules/matching/literal_search.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace riposte {

void LiteralSearch::add(std::uint32_t field, std::uint32_t ways, std::string_view folded) {
  const bool is_dear = (ways & LiteralIndex::kWaysAnywhere) != 0 && ValueMemo::takes(folded);
  if (!is_dear) return others_.push_back({field, ways, folded, 0});
  const std::uint64_t hash = XXH3_64bits_withSeed(folded.data(), folded.size(), field);
  // By the time that the others are done with, it is there.
  memo_.prefetch(hash);
  known_perhaps_.push_back({field, ways, folded, hash});
}

void LiteralSearch::finish(const LiteralIndex& index, LiteralHits& hits) {
  for (const Pending& value : others_) index.search(value.field, value.ways, value.folded, hits);
  for (const Pending& value : known_perhaps_) search(value, index, hits);
  others_.clear();
  known_perhaps_.clear();
}

void LiteralSearch::search(const Pending& value, const LiteralIndex& index, LiteralHits& hits) {
  if (const ValueMemo::Entry* known = memo_.find(value.hash, value.field, value.ways, value.folded)) {
    for (std::uint32_t i = 0; i < known->hits; ++i) hits.add(known->literals[i]);
    return;
  }
  // What an earlier value of the event has counts for this one all the same.
  of_value_.begin(index.size());
  index.search(value.field, value.ways, value.folded, of_value_);
  for (const std::uint32_t literal : of_value_.found()) hits.add(literal);
  memo_.keep(value.hash, value.field, value.ways, value.folded, of_value_.found());
}

void LiteralSearch::clear() {
  memo_.clear();
  others_.clear();
  known_perhaps_.clear();
}

}  // namespace riposte
