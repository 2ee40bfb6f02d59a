#include "rules/event/shapes.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace riposte {
namespace {

constexpr KeyPlace kTop{7, 0};
constexpr KeyPlace kInside{7, 1};

struct Key {
  std::string text;
  KeyPlace place = kTop;
};

void fill(Shape& shape, const std::vector<Key>& keys) {
  std::size_t bytes = 0;
  for (const Key& key : keys) bytes += key.text.size();
  shape.begin(keys.size(), bytes);
  for (const Key& key : keys) {
    const std::string padded = key.text + std::string(kKeyPadding, '#');
    shape.add(std::string_view(padded).substr(0, key.text.size()), std::hash<std::string>()(key.text),
              key.place);
  }
  shape.close(Shapes::new_serial());
}

TEST(AShape, KnowsItsKeysByTheirTextAndTheQuoteBehind) {
  for (std::size_t size = 0; size < 100; ++size) {
    Shape shape;
    const std::string key(size, 'k');
    fill(shape, {{"first"}, {key}});
    const KnownKey& known = shape.keys()[1];
    const auto fits = [&](const std::string& text) {
      return begins_with((text + std::string(kKeyPadding, '#')).data(), known, shape.text());
    };
    EXPECT_EQ(shape.key(1), key);
    EXPECT_TRUE(fits(key + "\"")) << size;
    EXPECT_FALSE(fits(key + "k\"")) << size;
    EXPECT_FALSE(fits(key)) << size;
    if (size == 0) continue;
    EXPECT_FALSE(fits(key.substr(1) + "\"")) << size;
    for (std::size_t at = 0; at < size; ++at) {
      std::string other = key + "\"";
      other[at] = 'x';
      EXPECT_FALSE(fits(other)) << size << " " << at;
    }
  }
}

TEST(AShape, EndsWithAKeyThatStandsNowhere) {
  Shape shape;
  EXPECT_EQ(shape.size(), 0U);
  EXPECT_EQ(shape.keys()[0].place, kNoKey.place);
  fill(shape, {{"a"}, {"b"}});
  EXPECT_EQ(shape.size(), 2U);
  EXPECT_EQ(shape.keys()[2].place, kNoKey.place);
}

TEST(Shapes, FindAnotherOneThatGoesOnInTheSameWay) {
  Shapes shapes;
  shapes.likely(1);
  Shape& first = shapes.forget_one();
  fill(first, {{"a"}, {"b"}, {"c"}});
  Shape& second = shapes.forget_one();
  fill(second, {{"a"}, {"b"}, {"d"}});
  EXPECT_EQ(shapes.with_next(first, 2, "d", kTop), &second);
  EXPECT_EQ(shapes.with_next(first, 2, "d", kInside), nullptr);
  EXPECT_EQ(shapes.with_next(first, 2, "e", kTop), nullptr);
  EXPECT_EQ(shapes.with_next(first, 1, "d", kTop), nullptr);
  EXPECT_EQ(shapes.with_no_more(first, 2), nullptr);
  Shape& third = shapes.forget_one();
  fill(third, {{"a"}, {"b"}});
  EXPECT_EQ(shapes.with_no_more(first, 2), &third);
  fill(third, {{"a"}, {"b", kInside}});
  EXPECT_EQ(shapes.with_no_more(first, 2), nullptr);
}

TEST(Shapes, FirstTryTheOneThatFitLast) {
  Shapes shapes;
  shapes.likely(1);
  Shape& first = shapes.forget_one();
  fill(first, {{"a"}});
  Shape& second = shapes.forget_one();
  fill(second, {{"b"}});
  EXPECT_EQ(&shapes.likely(1), &second);
  shapes.found(first);
  EXPECT_EQ(&shapes.likely(1), &first);
  EXPECT_NE(&shapes.likely(2), &first);
}

}  // namespace
}  // namespace riposte
