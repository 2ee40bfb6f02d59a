#include "rules/matching/literal_index.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace riposte {
namespace {

/// What is hashed of a value. Front and back: as many bytes as a power of two says, the largest that fits.
enum Kind : std::uint32_t {
  whole_value,
  front_1,
  front_2,
  front_4,
  front_8,
  front_16,
  front_32,
  back_1,
  back_2,
  back_4,
  back_8,
  back_16,
  back_32,
  grams_by_4,
  grams_by_2,
  grams_by_1,
  pairs,
};
constexpr std::uint32_t kEdges = 6;  ///< of each side
constexpr std::uint32_t kEdgeKinds = (1U << (2 * kEdges)) - 1;

constexpr std::size_t kGram = 4;
constexpr std::size_t kBy4Min = kGram + 3;
constexpr std::size_t kBy2Min = kGram + 1;
constexpr std::size_t kBy1Min = kGram;

/// Bits of the filter per entry: one gram in thirty that is none gets through.
constexpr std::size_t kFilterBitsPerEntry = 32;
constexpr std::size_t kFilterBitsMin = 1 << 12;

std::uint64_t seed_of(std::uint32_t field, std::uint32_t kind) {
  constexpr std::uint64_t kFieldOdd = 0x9E3779B97F4A7C15;
  constexpr std::uint64_t kKindOdd = 0xC2B2AE3D27D4EB4F;
  return (field + 1) * kFieldOdd ^ (kind + 1) * kKindOdd;
}

std::uint64_t mix(std::uint64_t word, std::uint64_t seed) {
  constexpr std::uint64_t kOdd = 0xFF51AFD7ED558CCD;
  const std::uint64_t once = (word ^ seed) * kOdd;
  return (once ^ (once >> 32)) * kOdd;
}

template <class Word>
std::uint64_t load(const char* from) {
  Word word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

/// Of 2^edge bytes.
std::uint64_t edge_hash(const char* from, std::uint32_t edge, std::uint64_t seed) {
  switch (edge) {
    case 0:
      return mix(load<std::uint8_t>(from), seed);
    case 1:
      return mix(load<std::uint16_t>(from), seed);
    case 2:
      return mix(load<std::uint32_t>(from), seed);
    case 3:
      return mix(load<std::uint64_t>(from), seed);
    case 4:
      return mix(load<std::uint64_t>(from) ^ std::rotl(mix(load<std::uint64_t>(from + 8), seed), 7), seed);
    default:
      return XXH3_64bits_withSeed(from, std::size_t{1} << edge, seed);
  }
}

std::uint64_t whole_hash(std::string_view text, std::uint32_t field) {
  return XXH3_64bits_withSeed(text.data(), text.size(), seed_of(field, whole_value));
}

Kind gram_kind(std::size_t length) {
  return length >= kBy4Min   ? grams_by_4
         : length >= kBy2Min ? grams_by_2
         : length >= kBy1Min ? grams_by_1
                             : pairs;
}

Anchor anchor_of(std::uint32_t kind) {
  if (kind == whole_value) return Anchor::whole;
  return kind < back_1 ? Anchor::front : kind < grams_by_4 ? Anchor::back : Anchor::anywhere;
}

}  // namespace

void LiteralHits::begin(std::size_t literals) {
  found_.clear();
  if (rounds_.size() < literals) rounds_.resize(literals);
  if (++round_ != 0) return;
  std::ranges::fill(rounds_, 0);
  ++round_;
}

std::size_t LiteralIndex::LiteralHash::operator()(const IndexedLiteral& literal) const {
  return XXH3_64bits_withSeed(literal.text.data(), literal.text.size(),
                              seed_of(literal.field, static_cast<std::uint32_t>(literal.anchor)));
}

std::uint32_t LiteralIndex::add(const IndexedLiteral& literal) {
  const auto [it, is_new] = number_of_.emplace(literal, static_cast<std::uint32_t>(literals_.size()));
  if (is_new) literals_.push_back(literal);
  return it->second;
}

void LiteralIndex::finish() {
  count_grams();
  std::vector<Posting> postings;
  for (std::uint32_t number = 0; number < literals_.size(); ++number) {
    const IndexedLiteral& literal = literals_[number];
    if (fields_.size() <= literal.field) fields_.resize(literal.field + 1);
    if (literal.anchor == Anchor::anywhere)
      post_anywhere(number, postings);
    else
      post_anchored(number, postings);
    texts_ += literal.text;
  }
  gram_count_.clear();
  spread(postings);
}

void LiteralIndex::count_grams() {
  for (const IndexedLiteral& literal : literals_)
    for (std::size_t at = 0; at + kGram <= literal.text.size(); ++at)
      ++gram_count_[static_cast<std::uint32_t>(load<std::uint32_t>(literal.text.data() + at))];
}

/// Where `grams` neighbouring grams are least common among the literals; what they have often, events have
/// often.
std::size_t LiteralIndex::rarest_window(std::string_view text, std::size_t grams) const {
  std::size_t best = 0;
  std::size_t fewest = std::numeric_limits<std::size_t>::max();
  for (std::size_t at = 0; at + grams + kGram - 1 <= text.size(); ++at) {
    std::size_t count = 0;
    for (std::size_t i = at; i < at + grams; ++i)
      count += gram_count_.at(static_cast<std::uint32_t>(load<std::uint32_t>(text.data() + i)));
    if (count >= fewest) continue;
    fewest = count;
    best = at;
  }
  return best;
}

void LiteralIndex::post_anchored(std::uint32_t number, std::vector<Posting>& postings) {
  const IndexedLiteral& literal = literals_[number];
  const auto length = static_cast<std::uint32_t>(literal.text.size());
  Entry entry{number, static_cast<std::uint32_t>(texts_.size()), length, 0};
  if (literal.anchor == Anchor::whole) {
    fields_[literal.field].kinds |= 1U << whole_value;
    postings.push_back({whole_hash(literal.text, literal.field), entry});
    return;
  }
  const std::uint32_t edge = std::min<std::uint32_t>(std::bit_width(length) - 1, kEdges - 1);
  const std::uint32_t kind = (literal.anchor == Anchor::front ? front_1 : back_1) + edge;
  if (literal.anchor == Anchor::back) entry.offset = length - (1U << edge);
  fields_[literal.field].kinds |= 1U << kind;
  postings.push_back(
      {edge_hash(literal.text.data() + entry.offset, edge, seed_of(literal.field, kind)), entry});
}

void LiteralIndex::post_anywhere(std::uint32_t number, std::vector<Posting>& postings) {
  const IndexedLiteral& literal = literals_[number];
  const std::string& text = literal.text;
  const Kind kind = gram_kind(text.size());
  const std::uint64_t seed = seed_of(literal.field, kind);
  fields_[literal.field].kinds |= 1U << kind;
  Entry entry{number, static_cast<std::uint32_t>(texts_.size()), static_cast<std::uint32_t>(text.size()), 0};
  if (kind == pairs) {
    postings.push_back({mix(load<std::uint16_t>(text.data()), seed), entry});
    return;
  }
  const std::size_t grams = kind == grams_by_4 ? 4 : kind == grams_by_2 ? 2 : 1;
  const std::size_t window = rarest_window(text, grams);
  for (std::size_t at = window; at < window + grams; ++at) {
    entry.offset = static_cast<std::uint32_t>(at);
    postings.push_back({mix(load<std::uint32_t>(text.data() + at), seed), entry});
  }
}

void LiteralIndex::spread(std::vector<Posting>& postings) {
  std::ranges::sort(postings, {}, &Posting::hash);
  const std::size_t bits = std::bit_ceil(std::max(kFilterBitsMin, kFilterBitsPerEntry * postings.size()));
  filter_shift_ = 64 - static_cast<unsigned>(std::bit_width(bits) - 1);
  filter_.assign(bits / 64, 0);
  buckets_.assign(std::bit_ceil(2 * postings.size() + 1), {});
  const std::size_t mask = buckets_.size() - 1;
  Bucket* bucket = nullptr;
  for (const auto& [hash, entry] : postings) {
    if (bucket == nullptr || bucket->hash != hash) {
      const std::uint64_t bit = hash >> filter_shift_;
      filter_[bit / 64] |= std::uint64_t{1} << (bit % 64);
      std::size_t i = hash & mask;
      while (buckets_[i].count != 0) i = (i + 1) & mask;
      bucket = &buckets_[i];
      *bucket = {hash, static_cast<std::uint32_t>(entries_.size()), 0};
    }
    ++bucket->count;
    entries_.push_back(entry);
  }
}

/// `at`: where in the value the hashed bytes begin.
void LiteralIndex::look_up(std::uint64_t hash, std::string_view folded, std::size_t at, Anchor anchor,
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
    if (folded.size() - begin < entry->length) continue;
    if (anchor == Anchor::whole && folded.size() != entry->length) continue;
    if (anchor == Anchor::back && folded.size() - begin != entry->length) continue;
    if (std::memcmp(folded.data() + begin, texts_.data() + entry->text, entry->length) == 0)
      hits.add(entry->literal);
  }
}

void LiteralIndex::search_edges(std::uint32_t field, std::uint32_t kinds, std::string_view folded,
                                LiteralHits& hits) const {
  for (; kinds != 0; kinds &= kinds - 1) {
    const auto kind = static_cast<std::uint32_t>(std::countr_zero(kinds));
    const Anchor anchor = anchor_of(kind);
    const std::uint32_t edge = kind - (anchor == Anchor::front ? front_1 : back_1);
    const std::size_t length = std::size_t{1} << edge;
    if (folded.size() < length) continue;
    const std::size_t at = anchor == Anchor::front ? 0 : folded.size() - length;
    const std::uint64_t hash = edge_hash(folded.data() + at, edge, seed_of(field, kind));
    if (may_have(hash)) look_up(hash, folded, at, anchor, hits);
  }
}

template <std::size_t Stride>
void LiteralIndex::search_grams(std::uint64_t seed, std::string_view folded, LiteralHits& hits) const {
  for (std::size_t at = 0; at + kGram <= folded.size(); at += Stride) {
    const std::uint64_t hash = mix(load<std::uint32_t>(folded.data() + at), seed);
    if (may_have(hash)) look_up(hash, folded, at, Anchor::anywhere, hits);
  }
}

void LiteralIndex::search_pairs(std::uint64_t seed, std::string_view folded, LiteralHits& hits) const {
  for (std::size_t at = 0; at + 2 <= folded.size(); ++at) {
    const std::uint64_t hash = mix(load<std::uint16_t>(folded.data() + at), seed);
    if (may_have(hash)) look_up(hash, folded, at, Anchor::anywhere, hits);
  }
}

void LiteralIndex::search(std::uint32_t field, std::string_view folded, LiteralHits& hits) const {
  if (!looks_at(field)) return;
  const std::uint32_t kinds = fields_[field].kinds;
  if ((kinds & (1U << whole_value)) != 0) {
    const std::uint64_t hash = whole_hash(folded, field);
    if (may_have(hash)) look_up(hash, folded, 0, Anchor::whole, hits);
  }
  if (const std::uint32_t edges = kinds & (kEdgeKinds << front_1)) search_edges(field, edges, folded, hits);
  if ((kinds & (1U << grams_by_4)) != 0) search_grams<4>(seed_of(field, grams_by_4), folded, hits);
  if ((kinds & (1U << grams_by_2)) != 0) search_grams<2>(seed_of(field, grams_by_2), folded, hits);
  if ((kinds & (1U << grams_by_1)) != 0) search_grams<1>(seed_of(field, grams_by_1), folded, hits);
  if ((kinds & (1U << pairs)) != 0) search_pairs(seed_of(field, pairs), folded, hits);
}

}  // namespace riposte
