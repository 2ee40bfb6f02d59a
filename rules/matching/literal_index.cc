#include "rules/matching/literal_index.h"

#include <bit>

#include "engine/base/same_bytes.h"
#include "rules/matching/literal_hashing.h"

namespace riposte {

using namespace literals;

const std::uint32_t LiteralIndex::kWaysAnywhere = (1U << grams_by_4) | (1U << grams_by_2) |
                                                  (1U << grams_by_1) | (1U << pairs) | (1U << wide_grams) |
                                                  (1U << wide_pairs);

/// `at`: where in the text the hashed bytes begin.
void LiteralIndex::look_up(std::uint64_t hash, const Searched& text, std::size_t at, Anchor anchor,
                           LiteralHits& hits) const {
  const std::size_t mask = buckets_.size() - 1;
  std::size_t i = hash & mask;
  while (buckets_[i].hash != hash) {
    if (buckets_[i].count == 0) return;
    i = (i + 1) & mask;
  }
  const Bucket& bucket = buckets_[i];
  for (const Entry *entry = &entries_[bucket.begin], *end = entry + bucket.count; entry != end; ++entry) {
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
  const GramFilter& filter = fields_[field].filters[kind - grams_by_4];
  const std::uint64_t* const bits = filter.bits.data();
  const unsigned shift = filter.shift;
  const char* const begin = text.folded.data();
  const std::size_t size = text.folded.size();
  const auto may_begin = [&](std::size_t at) {
    const std::uint32_t bit =
        GramFilter::spread_out(static_cast<std::uint32_t>(load<Gram>(begin + at))) >> shift;
    return (bits[bit / 64] >> (bit % 64)) & 1;
  };
  // Several places without a branch: nearly none has anything.
  constexpr std::size_t kAtOnce = 4;
  std::size_t at = 0;
  for (; at + (kAtOnce - 1) * Stride + sizeof(Gram) <= size; at += kAtOnce * Stride) {
    std::uint64_t found = may_begin(at) | may_begin(at + Stride) << 1 | may_begin(at + 2 * Stride) << 2 |
                          may_begin(at + 3 * Stride) << 3;
    for (; found != 0; found &= found - 1)
      look_up_gram<Gram>(field, kind, text, at + Stride * static_cast<std::size_t>(std::countr_zero(found)),
                         hits);
  }
  for (; at + sizeof(Gram) <= size; at += Stride)
    if (may_begin(at) != 0) look_up_gram<Gram>(field, kind, text, at, hits);
}

template <class Gram>
void LiteralIndex::look_up_gram(std::uint32_t field, std::uint32_t kind, const Searched& text, std::size_t at,
                                LiteralHits& hits) const {
  const std::uint64_t gram = load<Gram>(text.folded.data() + at);
  look_up(mix(gram, seed_of(field, kind)), text, at, Anchor::anywhere, hits);
}

void LiteralIndex::search_short(std::uint32_t field, const Searched& text, LiteralHits& hits) const {
  const std::optional<ShortLiterals>& at_once = fields_[field].at_once;
  if (!at_once) return search_grams<std::uint32_t, 1>(field, grams_by_1, text, hits);
  at_once->find(text.folded, hits.places());
  for (const std::uint32_t at : hits.places()) look_up_gram<std::uint32_t>(field, grams_by_1, text, at, hits);
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
