#include "engine/order/key_text.h"

#include <gtest/gtest.h>

namespace riposte::order {
namespace {

std::string made_text() {
  std::string made;
  EXPECT_TRUE(make_key_text([&](std::string_view text) -> Result<void> {
    made = text;
    return {};
  }));
  return made;
}

TEST(KeyTexts, AreReadAsTheKeyTheyWereMadeFor) {
  const std::string text = made_text();
  ASSERT_EQ(text.size(), kKeyTextBytes);
  const auto key = key_in(text);
  ASSERT_TRUE(key);
  EXPECT_EQ(key_in(text.substr(0, text.size() - 1))->public_key(), key->public_key());
  EXPECT_NE(key_in(made_text())->public_key(), key->public_key());
}

TEST(KeyTexts, OfAnotherLengthOrWithOtherCharactersAreNone) {
  const std::string text = made_text();
  for (const std::string& other :
       {std::string(), text + "\n", "0" + text, text.substr(1), "g" + text.substr(1)})
    EXPECT_FALSE(key_in(other)) << other;
}

TEST(KeyTexts, ThatCannotBeWrittenTellWhy) {
  const auto made = make_key_text([](std::string_view) { return fail(Errc::unavailable, "disk full"); });
  EXPECT_EQ(made.error().what, "disk full");
}

}  // namespace
}  // namespace riposte::order
