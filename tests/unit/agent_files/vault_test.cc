#include "agent/files/vault.h"

#include <atomic>
#include <filesystem>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/support/scratch.h"

namespace riposte::files {
namespace {

using ::testing::HasSubstr;

class VaultTest : public ::testing::Test {
 protected:
  std::string path() const { return (scratch_.path() / "vault").string(); }
  Vault open(const VaultLimits& limits = {}) const {
    auto vault = Vault::open(path(), limits);
    if (!vault) throw std::runtime_error(vault.error().text());
    return std::move(*vault);
  }
  static Sidecar sidecar(const std::string& action) {
    return {.action = action, .path = "/somewhere/file", .content = {.sha256 = "ab"}};
  }
  static void record(const Vault& vault, const std::string& action) {
    const auto object = vault.hold(action);
    ASSERT_TRUE(object);
    ASSERT_EQ(::pwrite(object->number(), "12345", 5, 0), 5);
    ASSERT_TRUE(vault.record_copied(*object, sidecar(action)));
  }

  test::Scratch scratch_;
};

TEST_F(VaultTest, IsMadePrivate) {
  open();
  EXPECT_EQ(std::filesystem::status(path()).permissions(), std::filesystem::perms::owner_all);
}

TEST_F(VaultTest, IsNotOpenedWhereOthersMayLookIntoIt) {
  open();
  for (const auto bit : {std::filesystem::perms::group_read, std::filesystem::perms::others_exec}) {
    std::filesystem::permissions(path(), std::filesystem::perms::owner_all | bit);
    const auto refused = Vault::open(path());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::denied);
    EXPECT_THAT(refused.error().text(), HasSubstr("mode 0700"));
  }
}

TEST_F(VaultTest, IsNotOpenedThroughALink) {
  open();
  std::filesystem::create_symlink("vault", scratch_.path() / "link");
  EXPECT_FALSE(Vault::open((scratch_.path() / "link").string()));
}

TEST_F(VaultTest, KnowsAnEntryByItsActionAcrossARestart) {
  record(open(), "a1");
  const Vault vault = open();
  EXPECT_FALSE(vault.find("a2")->has_value());
  auto entry = *vault.find("a1");
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->stage, Vault::Stage::copied);
  EXPECT_EQ(entry->sidecar, sidecar("a1"));
  ASSERT_TRUE(vault.record_taken("a1"));
  EXPECT_EQ((*open().find("a1"))->stage, Vault::Stage::taken);
}

TEST_F(VaultTest, AnEntryHasOneHolderAtATime) {
  const Vault vault = open();
  {
    const auto held = vault.hold("a1");
    ASSERT_TRUE(held);
    EXPECT_EQ(open().hold("a1").error().code, Errc::conflict);
    EXPECT_TRUE(vault.hold("a2"));
  }
  EXPECT_TRUE(vault.hold("a1"));
}

TEST_F(VaultTest, ForgetsWhatIsDiscarded) {
  const Vault vault = open();
  record(vault, "a1");
  record(vault, "a2");
  ASSERT_TRUE(vault.record_taken("a2"));
  ASSERT_TRUE(vault.discard("a1"));
  ASSERT_TRUE(vault.discard("a2"));
  ASSERT_TRUE(vault.discard("a3"));
  EXPECT_FALSE(vault.find("a1")->has_value());
  EXPECT_EQ(vault.object("a1").error().code, Errc::not_found);
  EXPECT_TRUE(std::filesystem::is_empty(path()));
}

TEST_F(VaultTest, SweepsWhatACrashLeftAndNothingElse) {
  const Vault vault = open();
  record(vault, "copied");
  record(vault, "taken");
  ASSERT_TRUE(vault.record_taken("taken"));
  ASSERT_TRUE(vault.hold("left"));
  const auto being_written = vault.hold("being_written");
  EXPECT_EQ(*open().sweep(), 1U);
  EXPECT_EQ(vault.object("left").error().code, Errc::not_found);
  EXPECT_TRUE(vault.object("being_written"));
  EXPECT_TRUE(vault.object("copied") && vault.object("taken"));
  EXPECT_TRUE(vault.find("copied")->has_value() && vault.find("taken")->has_value());
}

TEST_F(VaultTest, AHolderWhoseObjectIsDiscardedMeanwhileHoldsNothing) {
  const Vault vault = open();
  std::atomic<bool> stop = false;
  std::thread discarding([&] {
    const Vault other = open();
    while (!stop) {
      const auto held = other.hold("a1");
      EXPECT_TRUE(!held || other.discard("a1"));
    }
  });
  for (int i = 0; i < 3000; ++i) {
    const auto held = vault.hold("a1");
    EXPECT_TRUE(!held || facts_of(*held)->links > 0);
  }
  stop = true;
  discarding.join();
}

TEST_F(VaultTest, TakesNoPathForAnActionId) {
  const Vault vault = open();
  for (const std::string& bad : {std::string(), std::string(".."), std::string("../a"), std::string("a/b"),
                                 std::string("a b"), std::string(129, 'a'), std::string("a\0b", 3)}) {
    EXPECT_EQ(vault.find(bad).error().code, Errc::invalid) << bad;
    EXPECT_EQ(vault.hold(bad).error().code, Errc::invalid) << bad;
    EXPECT_EQ(vault.discard(bad).error().code, Errc::invalid) << bad;
  }
}

TEST_F(VaultTest, SaysThatASidecarIsDamagedAndWhichOne) {
  record(open(), "a1");
  std::filesystem::resize_file(path() + "/a1.copied.json", 30);
  const auto entry = open().find("a1");
  ASSERT_FALSE(entry);
  EXPECT_EQ(entry.error().code, Errc::corrupt);
  EXPECT_THAT(entry.error().text(), HasSubstr("a1.copied.json"));
}

TEST_F(VaultTest, HasRoomUpToItsLimits) {
  const Vault vault = open({.file_bytes = 8, .vault_bytes = 12});
  EXPECT_TRUE(vault.refuse_oversized(8));
  EXPECT_EQ(vault.refuse_oversized(9).error().code, Errc::unavailable);
  record(vault, "a1");  // 5 bytes
  EXPECT_TRUE(vault.refuse_oversized(7));
  EXPECT_EQ(vault.refuse_oversized(8).error().code, Errc::unavailable);
}

}  // namespace
}  // namespace riposte::files
