#include "rules/matching/literal_index.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

#include "engine/base/same_bytes.h"

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
constexpr std::uint32_t kEdgeWays = (1U << (2 * kEdges)) - 1;

constexpr std::size_t kGram = 4;
constexpr std::size_t kBy4Min = kGram + 3;
constexpr std::size_t kBy2Min = kGram + 1;
constexpr std::size_t kBy1Min = kGram;

/// Bits of a filter per entry: few of what is not there get through.
constexpr std::size_t kFilterBitsPerEntry = 32;
constexpr std::size_t kFilterBitsMin = 1 << 12;
constexpr std::size_t kGramBitsPerEntry = 64;
constexpr std::size_t kGramBitsMax = 1 << 20;  ///< half of a second-level cache, at most

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

Anchor anchor_of(std::uint32_t kind) {
  if (kind == whole_value) return Anchor::whole;
  return kind < back_1 ? Anchor::front : kind < grams_by_4 ? Anchor::back : Anchor::anywhere;
}

}  // namespace

const std::uint32_t LiteralIndex::kWaysAnywhere =
    (1U << grams_by_4) | (1U << grams_by_2) | (1U << grams_by_1) | (1U << pairs);

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
  for (const IndexedLiteral& literal : literals_) {
    if (fields_.size() <= literal.field) fields_.resize(literal.field + 1);
    const bool is_short =
        literal.anchor == Anchor::anywhere && literal.text.size() >= kBy1Min && literal.text.size() < kBy4Min;
    fields_[literal.field].short_literals += is_short ? 1 : 0;
  }
  std::vector<Posting> postings;
  for (std::uint32_t number = 0; number < literals_.size(); ++number) {
    const IndexedLiteral& literal = literals_[number];
    if (literal.anchor == Anchor::anywhere)
      post_anywhere(number, postings);
    else
      post_anchored(number, postings);
    texts_ += literal.text;
  }
  gram_count_.clear();
  build_filters();
  spread(postings);
}

void LiteralIndex::build_filters() {
  for (Field& field : fields_)
    for (std::size_t way = 0; way < kGramWays; ++way) {
      if (!field.grams[way].empty()) field.filters[way].build(field.grams[way]);
      const bool at_once = way == grams_by_1 - grams_by_4 && !field.grams[way].empty() &&
                           ShortLiterals::is_available() && field.short_literals <= ShortLiterals::kGramsMax;
      if (at_once) field.at_once.emplace(field.grams[way]);
      field.grams[way] = {};
    }
}

void LiteralIndex::GramFilter::build(std::span<const std::uint32_t> grams) {
  constexpr unsigned kHashBits = 32;
  const std::size_t size =
      std::min(kGramBitsMax, std::bit_ceil(std::max(kFilterBitsMin, kGramBitsPerEntry * grams.size())));
  shift = kHashBits - static_cast<unsigned>(std::bit_width(size) - 1);
  bits.assign(size / 64, 0);
  for (const std::uint32_t gram : grams) {
    const std::uint32_t bit = spread_out(gram) >> shift;
    bits[bit / 64] |= std::uint64_t{1} << (bit % 64);
  }
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
    ways_.push_back(1U << whole_value);
    postings.push_back({whole_hash(literal.text, literal.field), entry});
    return;
  }
  const std::uint32_t edge = std::min<std::uint32_t>(std::bit_width(length) - 1, kEdges - 1);
  const std::uint32_t kind = (literal.anchor == Anchor::front ? front_1 : back_1) + edge;
  if (literal.anchor == Anchor::back) entry.offset = length - (1U << edge);
  ways_.push_back(1U << kind);
  postings.push_back(
      {edge_hash(literal.text.data() + entry.offset, edge, seed_of(literal.field, kind)), entry});
}

/// Few short ones are found without regard to how short they are.
std::uint32_t LiteralIndex::gram_kind(const IndexedLiteral& literal) const {
  const std::size_t length = literal.text.size();
  if (length >= kBy4Min) return grams_by_4;
  if (length < kBy1Min) return pairs;
  const bool at_once =
      ShortLiterals::is_available() && fields_[literal.field].short_literals <= ShortLiterals::kGramsMax;
  return length >= kBy2Min && !at_once ? grams_by_2 : grams_by_1;
}

void LiteralIndex::post_anywhere(std::uint32_t number, std::vector<Posting>& postings) {
  const IndexedLiteral& literal = literals_[number];
  const std::string& text = literal.text;
  const std::uint32_t kind = gram_kind(literal);
  const std::uint64_t seed = seed_of(literal.field, kind);
  ways_.push_back(1U << kind);
  Entry entry{number, static_cast<std::uint32_t>(texts_.size()), static_cast<std::uint32_t>(text.size()), 0};
  std::vector<std::uint32_t>& known = fields_[literal.field].grams[kind - grams_by_4];
  if (kind == pairs) {
    known.push_back(static_cast<std::uint32_t>(load<std::uint16_t>(text.data())));
    postings.push_back({mix(known.back(), seed), entry});
    return;
  }
  const std::size_t grams = kind == grams_by_4 ? 4 : kind == grams_by_2 ? 2 : 1;
  const std::size_t window = rarest_window(text, grams);
  for (std::size_t at = window; at < window + grams; ++at) {
    entry.offset = static_cast<std::uint32_t>(at);
    known.push_back(static_cast<std::uint32_t>(load<std::uint32_t>(text.data() + at)));
    postings.push_back({mix(known.back(), seed), entry});
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
    if (text.values == nullptr || text.values->have(begin, entry->length)) hits.add(entry->literal);
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

void LiteralIndex::search_all(std::uint32_t field, std::uint32_t ways, std::string_view folded,
                              const SeveralValues& values, LiteralHits& hits) const {
  search_anywhere(field, ways & kWaysAnywhere, {folded, &values}, hits);
}

}  // namespace riposte
