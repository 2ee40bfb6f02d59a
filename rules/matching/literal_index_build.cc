#include <algorithm>
#include <bit>
#include <limits>

#include "rules/matching/literal_hashing.h"
#include "rules/matching/literal_index.h"

namespace riposte {

using namespace literals;

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
    const bool is_short = literal.anchor == Anchor::anywhere && literal.text.size() >= kBy1Min &&
                          literal.text.size() < kBy4Min && all_ascii(literal.text);
    Field& field = fields_[literal.field];
    field.short_literals += is_short ? 1 : 0;
    field.shortest =
        field.shortest == 0 ? literal.text.size() : std::min(field.shortest, literal.text.size());
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
  gram_count_ = {};
  number_of_ = {};
  build_filters();
  spread(postings);
}

void LiteralIndex::build_filters() {
  for (Field& field : fields_)
    for (std::size_t way = 0; way < kGramWays; ++way) {
      if (!field.grams[way].empty()) field.filters[way].build(field.grams[way]);
      const bool is_short = way == grams_by_1 - grams_by_4 && !field.grams[way].empty();
      if (is_short && searches_at_once(field)) field.at_once.emplace(field.grams[way]);
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
    const std::uint32_t bit = place_of(gram, shift);
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

bool LiteralIndex::searches_at_once(const Field& field) {
  return ShortLiterals::is_available() && field.short_literals <= ShortLiterals::kGramsMax;
}

/// Few short ones are found without regard to how short they are.
std::uint32_t LiteralIndex::gram_kind(const IndexedLiteral& literal) const {
  const std::size_t length = literal.text.size();
  if (length >= kBy4Min) return grams_by_4;
  if (!all_ascii(literal.text)) return length >= kBy1Min ? wide_grams : wide_pairs;
  if (length < kBy1Min) return pairs;
  return length >= kBy2Min && !searches_at_once(fields_[literal.field]) ? grams_by_2 : grams_by_1;
}

void LiteralIndex::post_anywhere(std::uint32_t number, std::vector<Posting>& postings) {
  const IndexedLiteral& literal = literals_[number];
  const std::string& text = literal.text;
  const std::uint32_t kind = gram_kind(literal);
  const std::uint64_t seed = seed_of(literal.field, kind);
  ways_.push_back(1U << kind);
  Entry entry{number, static_cast<std::uint32_t>(texts_.size()), static_cast<std::uint32_t>(text.size()), 0};
  std::vector<std::uint32_t>& known = fields_[literal.field].grams[kind - grams_by_4];
  if (kind == pairs || kind == wide_pairs) {
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
      *bucket = {hash, 1, static_cast<std::uint32_t>(entries_.size()), entry};
      continue;
    }
    ++bucket->count;
    entries_.push_back(entry);
  }
}

}  // namespace riposte
