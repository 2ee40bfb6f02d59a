/// Thousands of literals, each at one field and place, found in a value by a few lookups instead of one
/// search each.
///
/// A literal that must be the whole value, its front or its back is one hash away. One that may stand
/// anywhere is known by a gram of four bytes: those of seven bytes and more leave the gram at four
/// neighbouring offsets, so that a search looks at every fourth place only; of five and six at two; shorter
/// ones have every place looked at. What a gram finds is compared in full. docs/matching.md has the
/// arithmetic.
///
/// Threads: any, once finish() was called.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "rules/matching/quick_set.h"
#include "rules/matching/short_literals.h"

namespace riposte {

enum class Anchor : std::uint8_t { whole, front, back, anywhere };

/// A text as fold() makes it, at one field.
struct IndexedLiteral {
  std::uint32_t field = 0;
  Anchor anchor = Anchor::whole;
  std::string text;

  bool operator==(const IndexedLiteral&) const = default;
};

/// The literals found in one event, each once.
class LiteralHits {
 public:
  void begin(std::size_t literals) {
    set_.clear(literals);
    found_.clear();
  }
  bool has(std::uint32_t literal) const { return set_.has(literal); }
  void add(std::uint32_t literal) {
    if (set_.insert(literal)) found_.push_back(literal);
  }
  const std::vector<std::uint32_t>& found() const { return found_; }
  /// Memory for a search.
  std::vector<std::uint32_t>& places() { return places_; }

 private:
  QuickSet set_;
  std::vector<std::uint32_t> found_;
  std::vector<std::uint32_t> places_;
};

class LiteralIndex {
 public:
  /// Shorter ones cannot be found anywhere: see is_indexable().
  static constexpr std::size_t kAnywhereMin = 2;
  static bool is_indexable(Anchor anchor, std::string_view text) {
    return anchor == Anchor::whole || text.size() >= (anchor == Anchor::anywhere ? kAnywhereMin : 1);
  }

  /// The same literal has the same number.
  std::uint32_t add(const IndexedLiteral& literal);
  void finish();

  std::size_t size() const { return literals_.size(); }
  /// Which ways of searching find the literal, as a set of bits.
  std::uint32_t ways_to(std::uint32_t literal) const { return ways_[literal]; }
  std::uint32_t field_of(std::uint32_t literal) const { return literals_[literal].field; }
  /// Adds what the value has and what these ways find. `folded`: as fold() makes it.
  void search(std::uint32_t field, std::uint32_t ways, std::string_view folded, LiteralHits& hits) const;
  /// The same for many values at once, each with kSeparator behind it, as far as these ways can: they do not
  /// look at where a value begins or ends.
  void search_joined(std::uint32_t field, std::uint32_t ways, std::string_view joined,
                     LiteralHits& hits) const;

  static const std::uint32_t kWaysAnywhere;
  static constexpr char kSeparator = '\xFF';  ///< in no UTF-8
  /// Of the field's literals; 0: it has none.
  std::size_t shortest(std::uint32_t field) const {
    return field < fields_.size() ? fields_[field].shortest : 0;
  }

 private:
  struct Entry {
    std::uint32_t literal;
    std::uint32_t text;    ///< its place in texts_
    std::uint32_t length;  ///< of the literal
    std::uint32_t offset;  ///< of what was hashed, in the literal
  };
  struct Bucket {
    std::uint64_t hash = 0;
    std::uint32_t count = 0;  ///< of entries; 0: nothing here
    std::uint32_t more = 0;   ///< where those after the first are in entries_
    Entry first{};
  };
  struct Posting {
    std::uint64_t hash;
    Entry entry;
  };

  /// A bit for every gram that literals of one field are known by, and some more by accident.
  struct GramFilter {
    std::vector<std::uint64_t> bits;
    unsigned shift = 0;

    void build(std::span<const std::uint32_t> grams);
    /// Fills `places` with those of the text, Stride apart, where a gram may stand.
    template <class Gram, std::size_t Stride>
    void find(std::string_view text, std::vector<std::uint32_t>& places) const;
    bool may_have(std::uint32_t gram) const { return has(bits.data(), shift, gram) != 0; }

    static std::uint32_t place_of(std::uint32_t gram, unsigned shift) {
      constexpr std::uint32_t kOdd = 0x9E3779B1;
      return (gram * kOdd) >> shift;
    }
    /// 1 or 0.
    static std::uint64_t has(const std::uint64_t* words, unsigned shift, std::uint32_t gram) {
      const std::uint32_t bit = place_of(gram, shift);
      return (words[bit / 64] >> (bit % 64)) & 1;
    }
  };

  static constexpr std::size_t kGramWays = 6;
  struct Field {
    std::array<std::vector<std::uint32_t>, kGramWays> grams;  ///< while it is being built
    std::array<GramFilter, kGramWays> filters;
    std::uint32_t short_literals = 0;      ///< of four to six bytes of ASCII
    std::size_t shortest = 0;              ///< bytes of a literal
    std::optional<ShortLiterals> at_once;  ///< finds grams_by_1; empty: they are too many
  };

  void build_filters();
  void spread(std::vector<Posting>& postings);
  void count_grams();
  std::size_t rarest_window(std::string_view text, std::size_t grams) const;
  void post_anchored(std::uint32_t number, std::vector<Posting>& postings);
  void post_anywhere(std::uint32_t number, std::vector<Posting>& postings);
  bool may_have(std::uint64_t hash) const {
    const std::uint64_t bit = hash >> filter_shift_;
    return ((filter_[bit / 64] >> (bit % 64)) & 1) != 0;
  }
  /// A text in which something is looked for.
  struct Searched {
    std::string_view folded;
    bool is_joined = false;  ///< many values, with separators
  };
  const Bucket* bucket_of(std::uint64_t hash) const;
  void compare(const Bucket& bucket, const Searched& text, std::size_t at, Anchor anchor,
               LiteralHits& hits) const;
  void look_up(std::uint64_t hash, const Searched& text, std::size_t at, Anchor anchor,
               LiteralHits& hits) const;
  void search_edges(std::uint32_t field, std::uint32_t ways, std::string_view folded,
                    LiteralHits& hits) const;
  template <class Gram, std::size_t Stride>
  void search_grams(std::uint32_t field, std::uint32_t kind, const Searched& text, LiteralHits& hits) const;
  void search_short(std::uint32_t field, const Searched& text, LiteralHits& hits) const;
  void search_anywhere(std::uint32_t field, std::uint32_t ways, const Searched& text,
                       LiteralHits& hits) const;

  template <class Gram>
  void look_up_grams(std::uint32_t field, std::uint32_t kind, const Searched& text, LiteralHits& hits) const;
  std::uint32_t gram_kind(const IndexedLiteral& literal) const;
  static bool searches_at_once(const Field& field);

  struct LiteralHash {
    std::size_t operator()(const IndexedLiteral& literal) const;
  };
  std::vector<IndexedLiteral> literals_;
  std::unordered_map<IndexedLiteral, std::uint32_t, LiteralHash> number_of_;  ///< until it is built
  std::unordered_map<std::uint32_t, std::uint32_t> gram_count_;               ///< while it is being built

  std::vector<std::uint32_t> ways_;  ///< by literal
  std::vector<Field> fields_;
  std::string texts_;
  std::vector<Entry> entries_;
  std::vector<Bucket> buckets_;  ///< open addressing; a power of two
  std::vector<std::uint64_t> filter_;
  unsigned filter_shift_ = 0;
};

}  // namespace riposte
