#include "agent/files/content.h"

#include <algorithm>
#include <random>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/scratch.h"

namespace riposte::files {
namespace {

constexpr std::size_t kMebibyte = std::size_t{1} << 20;

class Encoded : public ::testing::Test {
 protected:
  Descriptor file(const std::string& name) const {
    return Descriptor(::open((scratch_.path() / name).c_str(), O_RDWR | O_CREAT, 0600));
  }
  static std::string random_text(std::size_t size) {
    std::mt19937 random(static_cast<unsigned>(size));
    std::string text(size, '\0');
    std::ranges::generate(text, [&] { return static_cast<char>(random()); });
    return text;
  }
  /// What decoding gives; throws the error's text.
  std::string decoded(const Content& content) const {
    std::string text(content.size, '\0');
    const auto done = decode(file("object"), content, key_,
                             [&](std::span<const unsigned char> bytes, std::uint64_t offset) {
                               std::ranges::copy(bytes, text.begin() + static_cast<std::ptrdiff_t>(offset));
                               return Result<void>();
                             });
    return done ? text : done.error().text();
  }
  Errc error_of_decoding(const Content& content) const {
    const auto done = decode(file("object"), content, key_,
                             [](std::span<const unsigned char>, std::uint64_t) { return Result<void>(); });
    return done ? Errc::not_found : done.error().code;
  }

  test::Scratch scratch_;
  Key key_ = new_key();
};

TEST_F(Encoded, ComesBackWholeAtEverySize) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{63}, std::size_t{64},
                                 std::size_t{4097}, kMebibyte - 1, kMebibyte, 2 * kMebibyte + 7}) {
    const std::string text = random_text(size);
    scratch_.write("plain", text);
    scratch_.write("object", "");
    const auto content = encode(file("plain"), size, key_, file("object"));
    ASSERT_TRUE(content) << content.error().text();
    EXPECT_EQ(scratch_.read("object").size(), size);
    EXPECT_TRUE(size < 16 || scratch_.read("object") != text);
    EXPECT_TRUE(decoded(*content) == text) << size;
    EXPECT_EQ(*sha256_of(file("plain"), size), content->sha256);
  }
}

TEST_F(Encoded, HasTheHashThatEveryoneKnows) {
  scratch_.write("plain", "abc");
  EXPECT_EQ(encode(file("plain"), 3, key_, file("object"))->sha256,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_F(Encoded, KeepsHolesAsHolesAndHashesThemAsZeros) {
  const Descriptor sparse = file("plain");
  constexpr std::uint64_t kSize = 8 * kMebibyte + 5;
  ASSERT_EQ(::ftruncate(sparse.number(), kSize), 0);
  ASSERT_EQ(::pwrite(sparse.number(), "begin", 5, 0), 5);
  ASSERT_EQ(::pwrite(sparse.number(), "middle", 6, 4 * kMebibyte), 6);
  const auto content = encode(sparse, kSize, key_, file("object"));
  ASSERT_TRUE(content);
  EXPECT_LT(scratch_.read("object").size(), kMebibyte);
  EXPECT_EQ(content->extents.size(), 2U);
  const std::string text = decoded(*content);
  EXPECT_EQ(text.substr(0, 5), "begin");
  EXPECT_EQ(text.substr(4 * kMebibyte, 6), "middle");
  std::string plain(kSize, '\0');
  plain.replace(0, 5, "begin").replace(4 * kMebibyte, 6, "middle");
  EXPECT_TRUE(text == plain);
  scratch_.write("dense", plain);
  EXPECT_EQ(*sha256_of(file("dense"), kSize), content->sha256);
}

TEST_F(Encoded, TwoFilesOfTheSameContentDoNotLookTheSame) {
  scratch_.write("plain", std::string(100, 'x'));
  ASSERT_TRUE(encode(file("plain"), 100, new_key(), file("object")));
  ASSERT_TRUE(encode(file("plain"), 100, new_key(), file("other")));
  EXPECT_NE(scratch_.read("object"), scratch_.read("other"));
}

TEST_F(Encoded, IsCorruptWhenAnyByteOfItIsAnother) {
  scratch_.write("plain", "twelve bytes");
  const auto content = encode(file("plain"), 12, key_, file("object"));
  const std::string whole = scratch_.read("object");
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string damaged = whole;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    scratch_.write("object", damaged);
    EXPECT_EQ(error_of_decoding(*content), Errc::corrupt) << i;
    scratch_.write("object", whole.substr(0, i));
    EXPECT_EQ(error_of_decoding(*content), Errc::corrupt) << i;
  }
}

TEST_F(Encoded, IsAConflictWhenTheFileEndsBeforeItsSize) {
  scratch_.write("plain", "short");
  EXPECT_EQ(encode(file("plain"), 6, key_, file("object")).error().code, Errc::conflict);
}

TEST_F(Encoded, StopsWhenItsReaderDoes) {
  scratch_.write("plain", "content");
  const auto content = encode(file("plain"), 7, key_, file("object"));
  const auto done = decode(file("object"), *content, key_, [](std::span<const unsigned char>, std::uint64_t) {
    return Result<void>(fail(Errc::unavailable, "no space"));
  });
  EXPECT_EQ(done.error().code, Errc::unavailable);
}

}  // namespace
}  // namespace riposte::files
