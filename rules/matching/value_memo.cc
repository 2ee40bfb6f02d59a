#include "rules/matching/value_memo.h"

#include <algorithm>

namespace riposte {

void ValueMemo::keep(std::uint64_t hash, std::uint32_t field, std::uint32_t ways, std::string_view text,
                     std::span<const std::uint32_t> hits) {
  if (hits.size() > kHitsMax) return;
  // No text goes over the ring's end.
  const std::size_t left = kRingBytes - written_ % kRingBytes;
  if (left < text.size()) written_ += left;
  Entry& entry = entries_[hash % kEntries];
  entry = {hash,  written_, static_cast<std::uint32_t>(text.size()),
           field, ways,     static_cast<std::uint32_t>(hits.size()),
           {}};
  std::ranges::copy(hits, entry.literals.begin());
  std::ranges::copy(text, ring_.begin() + static_cast<std::ptrdiff_t>(written_ % kRingBytes));
  written_ += text.size();
}

void ValueMemo::clear() { entries_.assign(kEntries, {}); }

}  // namespace riposte
