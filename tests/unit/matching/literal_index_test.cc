// Literals found by an index are those that a search for each of them finds.
#include "rules/matching/literal_index.h"

#include <algorithm>
#include <array>
#include <numeric>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/matching/literal_search.h"
#include "tests/support/seeded.h"

namespace riposte {
namespace {

constexpr std::size_t kLengthMax = 40;
constexpr std::uint32_t kFields = 3;
constexpr std::array kAnchors{Anchor::whole, Anchor::front, Anchor::back, Anchor::anywhere};

bool stands(const IndexedLiteral& literal, std::string_view value) {
  switch (literal.anchor) {
    case Anchor::whole:
      return value == literal.text;
    case Anchor::front:
      return value.starts_with(literal.text);
    case Anchor::back:
      return value.ends_with(literal.text);
    default:
      return value.find(literal.text) != std::string_view::npos;
  }
}

/// An index of random literals, and values that have them.
class SomeLiterals {
 public:
  SomeLiterals(Seeded& random, std::size_t count, std::size_t length_max) : random_(random) {
    while (all.size() < count) {
      const IndexedLiteral literal{static_cast<std::uint32_t>(random_.below(kFields)),
                                   random_.one_of(kAnchors), letters(random_.between(1, length_max))};
      if (!LiteralIndex::is_indexable(literal.anchor, literal.text)) continue;
      const std::uint32_t number = index.add(literal);
      if (number == all.size()) all.push_back(literal);
      EXPECT_EQ(all[number], literal) << "the same literal has the same number";
    }
    index.finish();
    EXPECT_EQ(index.size(), all.size());
  }

  /// Some of the literals with a few letters around them.
  std::string value() {
    std::string made = letters(random_.below(10));
    for (std::size_t parts = random_.below(4); parts > 0; --parts)
      made += random_.one_of(all).text + letters(random_.below(6));
    if (random_.one_in(4)) made = random_.one_of(all).text;
    return made;
  }

  std::uint32_t ways_at(std::uint32_t field) const {
    std::uint32_t ways = 0;
    for (std::uint32_t number = 0; number < all.size(); ++number)
      if (all[number].field == field) ways |= index.ways_to(number);
    return ways;
  }

  /// Numbers of the literals at the field that these ways find and `in` holds for.
  template <class In>
  std::vector<std::uint32_t> wanted(std::uint32_t field, std::uint32_t ways, const In& in) const {
    std::vector<std::uint32_t> numbers;
    for (std::uint32_t number = 0; number < all.size(); ++number)
      if (all[number].field == field && (index.ways_to(number) & ways) != 0 && in(all[number]))
        numbers.push_back(number);
    return numbers;
  }

  std::string described(const std::vector<std::uint32_t>& numbers) const {
    std::string text;
    for (const std::uint32_t number : numbers)
      text += fmt::format(" {}:'{}'", static_cast<int>(all[number].anchor), all[number].text);
    return text;
  }

  LiteralIndex index;
  std::vector<IndexedLiteral> all;

 private:
  std::string letters(std::size_t length) {
    constexpr std::string_view kLetters("ab\0\xFF", 4);
    return random_.text(random_.one_in(3) ? kLetters : kLetters.substr(0, 2), length);
  }

  Seeded& random_;
};

std::vector<std::uint32_t> in_order(std::vector<std::uint32_t> numbers) {
  std::ranges::sort(numbers);
  return numbers;
}

/// Few literals, as many short ones as are looked for at once, and too many for that.
constexpr std::array<std::size_t, 4> kCounts{2, 40, 500, 3000};

/// Calls `check` with indexes of every size, of long literals and of short ones.
template <class Check>
void with_some_literals(std::uint64_t seed, const Check& check) {
  Seeded random(seed);
  for (int round = 0; round < 5; ++round)
    for (const std::size_t count : kCounts)
      for (const std::size_t length_max : {std::size_t{8}, kLengthMax}) {
        if (length_max < kLengthMax && count > 500) continue;
        SomeLiterals literals(random, count, length_max);
        check(random, literals);
        if (::testing::Test::HasFailure()) return;
      }
}

TEST(ALiteralIndex, FindsWhatALookForEachLiteralFinds) {
  std::size_t found = 0;
  with_some_literals(1, [&](Seeded& random, SomeLiterals& literals) {
    LiteralHits hits;
    for (int i = 0; i < 150; ++i) {
      const auto field = static_cast<std::uint32_t>(random.below(kFields));
      const std::string value = literals.value();
      std::uint32_t ways = literals.ways_at(field);
      if (random.one_in(3)) ways &= static_cast<std::uint32_t>(random.below(1U << 17));
      hits.begin(literals.index.size());
      literals.index.search(field, ways, value, hits);
      const auto wanted =
          literals.wanted(field, ways, [&](const IndexedLiteral& literal) { return stands(literal, value); });
      ASSERT_EQ(literals.described(in_order(hits.found())), literals.described(wanted)) << value;
      found += wanted.size();
    }
  });
  EXPECT_GT(found, 10'000U);
}

TEST(ALiteralIndex, FindsInManyValuesAtOnceWhatStandsInsideOneOfThem) {
  std::size_t found = 0;
  with_some_literals(2, [&](Seeded& random, SomeLiterals& literals) {
    LiteralHits hits;
    for (int i = 0; i < 100; ++i) {
      const auto field = static_cast<std::uint32_t>(random.below(kFields));
      std::vector<std::string> values;
      std::string joined;
      for (std::size_t count = random.below(6); count > 0; --count) {
        values.push_back(literals.value());
        joined += values.back() + LiteralIndex::kSeparator;
      }
      const std::uint32_t ways = literals.ways_at(field);
      hits.begin(literals.index.size());
      literals.index.search_joined(field, ways, joined, hits);
      const auto wanted =
          literals.wanted(field, ways & LiteralIndex::kWaysAnywhere, [&](const IndexedLiteral& literal) {
            const bool is_utf8 = literal.text.find(LiteralIndex::kSeparator) == std::string::npos;
            return is_utf8 && std::ranges::any_of(
                                  values, [&](const std::string& value) { return stands(literal, value); });
          });
      ASSERT_EQ(literals.described(in_order(hits.found())), literals.described(wanted)) << joined;
      found += wanted.size();
    }
  });
  EXPECT_GT(found, 10'000U);
}

TEST(ALiteralIndex, FindsALiteralAtEveryPlaceOfAValue) {
  for (std::size_t length = LiteralIndex::kAnywhereMin; length <= kLengthMax; ++length) {
    std::string text(length, 'x');
    std::iota(text.begin(), text.end(), 'A');
    LiteralIndex index;
    const std::uint32_t number = index.add({0, Anchor::anywhere, text});
    index.finish();
    LiteralHits hits;
    for (std::size_t before = 0; before < 40; ++before)
      for (std::size_t after = 0; after < 40; ++after) {
        hits.begin(index.size());
        const std::string value = std::string(before, '-') + text + std::string(after, '-');
        index.search(0, index.ways_to(number), value, hits);
        ASSERT_TRUE(hits.has(number)) << value;
        hits.begin(index.size());
        index.search(0, index.ways_to(number), std::string_view(value).substr(0, before + length - 1), hits);
        ASSERT_FALSE(hits.has(number)) << value;
      }
  }
}

TEST(ALiteralIndex, OfNothingFindsNothing) {
  LiteralIndex index;
  index.finish();
  LiteralHits hits;
  hits.begin(index.size());
  index.search(0, 0, "a text", hits);
  EXPECT_THAT(hits.found(), ::testing::IsEmpty());
}

TEST(ALiteralIndex, KnowsTheEmptyValue) {
  LiteralIndex index;
  const std::uint32_t number = index.add({0, Anchor::whole, ""});
  index.finish();
  LiteralHits hits;
  hits.begin(index.size());
  index.search(0, index.ways_to(number), "x", hits);
  EXPECT_FALSE(hits.has(number));
  index.search(0, index.ways_to(number), "", hits);
  EXPECT_TRUE(hits.has(number));
}

TEST(LiteralHitsOfAnEvent, AreForgottenWithTheNext) {
  LiteralHits hits;
  hits.begin(3);
  hits.add(1);
  hits.add(1);
  hits.add(2);
  EXPECT_THAT(hits.found(), ::testing::ElementsAre(1U, 2U));
  hits.begin(5);
  EXPECT_THAT(hits.found(), ::testing::IsEmpty());
  EXPECT_FALSE(hits.has(1));
  EXPECT_FALSE(hits.has(4));
}

TEST(ALiteralSearch, FindsWhatTheIndexFindsHoweverOftenAValueComes) {
  std::size_t found = 0;
  with_some_literals(3, [&](Seeded& random, SomeLiterals& literals) {
    std::vector<std::string> values;
    for (int i = 0; i < 30; ++i) values.push_back(literals.value());
    LiteralSearch search;
    LiteralHits got;
    LiteralHits asked_for;
    LiteralHits there;
    for (int event = 0; event < 60; ++event) {
      for (LiteralHits* hits : {&got, &asked_for, &there}) hits->begin(literals.index.size());
      for (std::size_t count = random.between(1, 4); count > 0; --count) {
        const auto field = static_cast<std::uint32_t>(random.below(kFields));
        const std::uint32_t all = literals.ways_at(field);
        const std::uint32_t ways = random.one_in(3) ? all & LiteralIndex::kWaysAnywhere : all;
        const std::string& value = random.one_of(values);
        search.add(field, ways, value);
        literals.index.search(field, ways, value, asked_for);
        literals.index.search(field, all, value, there);
      }
      search.finish(literals.index, got);
      // What more ways found earlier may be said, too: it is there.
      for (const std::uint32_t number : asked_for.found()) ASSERT_TRUE(got.has(number));
      for (const std::uint32_t number : got.found()) ASSERT_TRUE(there.has(number));
      found += asked_for.found().size();
    }
  });
  EXPECT_GT(found, 10'000U);
}

}  // namespace
}  // namespace riposte
