#include "engine/access/token.h"

#include <set>

#include <gtest/gtest.h>

namespace riposte {
namespace {

TEST(Token, IsAPrefixAndThirtyTwoBytesOfUrlSafeBase64) {
  const std::string token = new_token();
  ASSERT_EQ(token.size(), 4U + 43U);
  EXPECT_TRUE(token.starts_with("rpt_"));
  EXPECT_EQ(token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
            std::string::npos);
}

TEST(Token, IsNeverTheSameTwice) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(seen.insert(new_token()).second);
}

TEST(Token, HashIsUnkeyedBlake2bWith256Bits) {
  // `printf abc | b2sum -l 256`: anybody can make or check a hash without Riposte.
  EXPECT_EQ(token_hash("abc"), "blake2b:bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
}

TEST(Token, HashFormIsRecognised) {
  const std::string hash = token_hash(new_token());
  EXPECT_TRUE(is_token_hash(hash));
  EXPECT_FALSE(is_token_hash(""));
  EXPECT_FALSE(is_token_hash(new_token()));
  EXPECT_FALSE(is_token_hash(hash.substr(1)));
  EXPECT_FALSE(is_token_hash(hash + "0"));
  EXPECT_FALSE(is_token_hash("blake2b:" + std::string(63, '0') + "G"));
  EXPECT_FALSE(is_token_hash("blake2b:" + std::string(63, '0') + "A"));
  EXPECT_FALSE(is_token_hash("sha-256:" + std::string(64, '0')));
}

TEST(Token, MatchesItsOwnHashAlone) {
  const std::string token = new_token();
  EXPECT_TRUE(token_matches(token, token_hash(token)));
  EXPECT_FALSE(token_matches(new_token(), token_hash(token)));
  EXPECT_FALSE(token_matches(token.substr(0, token.size() - 1), token_hash(token)));
  EXPECT_FALSE(token_matches("", token_hash(token)));
}

TEST(Token, NeverMatchesWhatIsNoHash) {
  EXPECT_FALSE(token_matches("", ""));
  EXPECT_FALSE(token_matches("secret", "secret"));
  EXPECT_FALSE(token_matches("secret", token_hash("secret").substr(0, 20)));
}

}  // namespace
}  // namespace riposte
