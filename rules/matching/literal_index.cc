#include "rules/matching/literal_index.h"

#include <bit>

#include "engine/base/same_bytes.h"
#include "rules/matching/literal_hashing.h"

namespace riposte {

using namespace literals;

/// Several places without a branch: nearly none has anything.
template <class Gram, std::size_t Stride>
void LiteralIndex::GramFilter::find(std::string_view text, std::vector<std::uint32_t>& places) const {
  constexpr std::size_t kAtOnce = 8;
  places.clear();
  const char* const begin = text.data();
  const std::size_t size = text.size();
  // Copies of its own: what is read through `this` is read again after each place.
  const auto may_have = [words = bits.data(), by = shift, begin](std::size_t at) {
    return has(words, by, static_cast<std::uint32_t>(load<Gram>(begin + at)));
  };
  std::size_t at = 0;
  for (; at + (kAtOnce - 1) * Stride + sizeof(Gram) <= size; at += kAtOnce * Stride) {
    std::uint64_t found = 0;
    for (std::size_t i = 0; i < kAtOnce; ++i) found |= may_have(at + i * Stride) << i;
    for (; found != 0; found &= found - 1)
      places.push_back(
          static_cast<std::uint32_t>(at + Stride * static_cast<std::size_t>(std::countr_zero(found))));
  }
  for (; at + sizeof(Gram) <= size; at += Stride)
    if (may_have(at) != 0) places.push_back(static_cast<std::uint32_t>(at));
}

const std::uint32_t LiteralIndex::kWaysAnywhere = (1U << grams_by_4) | (1U << grams_by_2) |
                                                  (1U << grams_by_1) | (1U << pairs) | (1U << wide_grams) |
                                                  (1U << wide_pairs);

/// `at`: where in the text the hashed bytes begin.
void LiteralIndex::look_up(std::uint64_t hash, const Searched& text, std::size_t at, Anchor anchor,
                           LiteralHits& hits) const {
  if (const Bucket* bucket = bucket_of(hash)) compare(*bucket, text, at, anchor, hits);
}

/// Null when no literal is known by it.
const LiteralIndex::Bucket* LiteralIndex::bucket_of(std::uint64_t hash) const {
  const std::size_t mask = buckets_.size() - 1;
  std::size_t i = hash & mask;
  while (buckets_[i].hash != hash) {
    if (buckets_[i].count == 0) return nullptr;
    i = (i + 1) & mask;
  }
  return &buckets_[i];
}

void LiteralIndex::compare(const Bucket& bucket, const Searched& text, std::size_t at, Anchor anchor,
                           LiteralHits& hits) const {
  const Entry* const more = entries_.data() + bucket.more;
  for (std::uint32_t n = 0; n < bucket.count; ++n) {
    const Entry* const entry = n == 0 ? &bucket.first : more + (n - 1);
    if (hits.has(entry->literal) || at < entry->offset) continue;
    const std::size_t begin = at - entry->offset;
    const std::size_t left = text.folded.size() - begin;
    if (left < entry->length) continue;
    if (anchor == Anchor::whole && text.folded.size() != entry->length) continue;
    if (!same_bytes(text.folded.data() + begin, texts_.data() + entry->text, entry->length)) continue;
    if (text.is_joined && text.folded.substr(begin, entry->length).find(kSeparator) != std::string_view::npos)
      continue;
    hits.add(entry->literal);
  }
}

void LiteralIndex::search_edges(std::uint32_t field, std::uint32_t ways, std::string_view folded,
                                LiteralHits& hits) const {
  for (; ways != 0; ways &= ways - 1) {
    const auto kind = static_cast<std::uint32_t>(std::countr_zero(ways));
    const Anchor anchor = anchor_of(kind);
    const std::uint32_t edge = kind - (anchor == Anchor::front ? front_1 : back_1);
    const std::size_t length = std::size_t{1} << edge;
    if (folded.size() < length) continue;
    const std::size_t at = anchor == Anchor::front ? 0 : folded.size() - length;
    const std::uint64_t hash = edge_hash(folded.data() + at, edge, seed_of(field, kind));
    if (may_have(hash)) look_up(hash, {folded}, at, anchor, hits);
  }
}

template <class Gram, std::size_t Stride>
void LiteralIndex::search_grams(std::uint32_t field, std::uint32_t kind, const Searched& text,
                                LiteralHits& hits) const {
  std::vector<std::uint32_t>& places = hits.places();
  fields_[field].filters[kind - grams_by_4].find<Gram, Stride>(text.folded, places);
  look_up_grams<Gram>(field, kind, text, hits);
}

/// At hits.places().
template <class Gram>
void LiteralIndex::look_up_grams(std::uint32_t field, std::uint32_t kind, const Searched& text,
                                 LiteralHits& hits) const {
  const std::uint64_t seed = seed_of(field, kind);
  std::optional<std::uint64_t> last;
  const Bucket* bucket = nullptr;
  for (const std::uint32_t at : hits.places()) {
    const std::uint64_t gram = load<Gram>(text.folded.data() + at);
    // Texts of one letter, or of few.
    if (gram != last) bucket = bucket_of(mix(gram, seed));
    last = gram;
    if (bucket != nullptr) compare(*bucket, text, at, Anchor::anywhere, hits);
  }
}

void LiteralIndex::search_short(std::uint32_t field, const Searched& text, LiteralHits& hits) const {
  const std::optional<ShortLiterals>& at_once = fields_[field].at_once;
  if (!at_once) return search_grams<std::uint32_t, 1>(field, grams_by_1, text, hits);
  at_once->find(text.folded, hits.places());
  const GramFilter& filter = fields_[field].filters[grams_by_1 - grams_by_4];
  std::erase_if(hits.places(), [&filter, begin = text.folded.data()](std::uint32_t at) {
    return !filter.may_have(static_cast<std::uint32_t>(load<std::uint32_t>(begin + at)));
  });
  look_up_grams<std::uint32_t>(field, grams_by_1, text, hits);
}

void LiteralIndex::search_anywhere(std::uint32_t field, std::uint32_t ways, const Searched& text,
                                   LiteralHits& hits) const {
  if ((ways & (1U << grams_by_4)) != 0) search_grams<std::uint32_t, 4>(field, grams_by_4, text, hits);
  if ((ways & (1U << grams_by_2)) != 0) search_grams<std::uint32_t, 2>(field, grams_by_2, text, hits);
  if ((ways & (1U << grams_by_1)) != 0) search_short(field, text, hits);
  if ((ways & (1U << pairs)) != 0) search_grams<std::uint16_t, 1>(field, pairs, text, hits);
  if ((ways & kWideWays) == 0 || all_ascii(text.folded)) return;
  if ((ways & (1U << wide_grams)) != 0) search_grams<std::uint32_t, 1>(field, wide_grams, text, hits);
  if ((ways & (1U << wide_pairs)) != 0) search_grams<std::uint16_t, 1>(field, wide_pairs, text, hits);
}

void LiteralIndex::search(std::uint32_t field, std::uint32_t ways, std::string_view folded,
                          LiteralHits& hits) const {
  if ((ways & (1U << whole_value)) != 0) {
    const std::uint64_t hash = whole_hash(folded, field);
    if (may_have(hash)) look_up(hash, {folded}, 0, Anchor::whole, hits);
  }
  if (const std::uint32_t edges = ways & (kEdgeWays << front_1)) search_edges(field, edges, folded, hits);
  search_anywhere(field, ways, {folded}, hits);
}

void LiteralIndex::search_joined(std::uint32_t field, std::uint32_t ways, std::string_view joined,
                                 LiteralHits& hits) const {
  search_anywhere(field, ways & kWaysAnywhere, {joined, true}, hits);
}

}  // namespace riposte
