#include "agent/files/discarding.h"

#include <filesystem>
#include <fstream>
#include <functional>
#include <vector>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "agent/files/listing.h"
#include "agent/files/recover.h"
#include "tests/support/scratch.h"
#include "tests/support/vault_scene.h"

namespace riposte::files {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class Discarding : public ::testing::Test {
 protected:
  void take(const std::string& action) const {
    ASSERT_TRUE(scene_.take(scene_.write(action, "of " + action), action));
  }
  /// Whole in the vault, and perhaps at its place: as a crash leaves it.
  void copy_only(const std::string& action) const {
    take(action);
    std::filesystem::rename(scene_.vault_path() / (action + ".json"),
                            scene_.vault_path() / (action + ".copied.json"));
  }
  void rewrite(const std::string& action, const std::function<void(nlohmann::json&)>& change) const {
    const auto path = scene_.vault_path() / (action + ".json");
    auto json = nlohmann::json::parse(test::VaultScene::read(path));
    change(json);
    std::ofstream(path) << json.dump();
  }
  bool has(const std::string& action) const { return scene_.vault().find(action)->has_value(); }
  /// As at this time with entries that are kept for 90 days; which of them went.
  std::vector<std::string> old_at(WallTime now, const std::string& needed = {}) const {
    std::vector<std::string> gone;
    const Retention retention{now - 90 * 24h, [&](const std::string& action) { return action == needed; },
                              [&](const Sidecar& sidecar) { gone.push_back(sidecar.action); }};
    const auto discarded = test::must(discard_old(scene_.vault(), retention));
    EXPECT_EQ(discarded.count, gone.size());
    more_ = discarded.more;
    for (const std::string& action : gone) {
      EXPECT_FALSE(has(action));
      EXPECT_EQ(scene_.vault().object(action).error().code, Errc::not_found);
    }
    return gone;
  }

  test::Scratch scratch_;
  test::VaultScene scene_{scratch_.path()};
  mutable bool more_ = false;
};

TEST_F(Discarding, RemovesAnEntryForGoodAndSaysWhatItWas) {
  take("a1");
  take("a2");
  const auto gone = discard_entry("a1", scene_.vault());
  ASSERT_TRUE(gone) << gone.error().text();
  EXPECT_EQ(gone->path, scene_.path_of("a1"));
  EXPECT_FALSE(has("a1"));
  EXPECT_TRUE(has("a2"));
  EXPECT_EQ(scene_.put_back("a2")->already, false);
}

TEST_F(Discarding, KnowsNoEntryThatIsNotThereAndMakesNone) {
  for (int i = 0; i < 2; ++i) EXPECT_EQ(discard_entry("a1", scene_.vault()).error().code, Errc::not_found);
  EXPECT_EQ(discard_entry("../a1", scene_.vault()).error().code, Errc::invalid);
  EXPECT_TRUE(std::filesystem::is_empty(scene_.vault_path()));
}

TEST_F(Discarding, LeavesAnEntryThatSomebodyHolds) {
  copy_only("a1");
  const test::VaultScene other(scratch_.path());
  {
    const auto held = other.vault().hold("a1");
    ASSERT_TRUE(held);
    EXPECT_EQ(discard_entry("a1", scene_.vault()).error().code, Errc::conflict);
    EXPECT_TRUE(has("a1"));
  }
  EXPECT_TRUE(discard_entry("a1", scene_.vault()));
}

TEST_F(Discarding, LeavesADamagedEntryToAPerson) {
  take("a1");
  std::filesystem::resize_file(scene_.vault_path() / "a1.json", 30);
  EXPECT_EQ(discard_entry("a1", scene_.vault()).error().code, Errc::corrupt);
  EXPECT_THAT(old_at(test::kTakenAt + 1000 * 24h), IsEmpty());
  EXPECT_TRUE(scene_.vault().object("a1"));
}

TEST_F(Discarding, OfOldOnesBeginsWhenTheirTimeIsOver) {
  take("a1");
  take("a2");
  EXPECT_THAT(old_at(test::kTakenAt), IsEmpty());
  EXPECT_THAT(old_at(test::kTakenAt + 90 * 24h), IsEmpty());
  EXPECT_THAT(old_at(test::kTakenAt + 90 * 24h + 1s, "a1"), ElementsAre("a2"));
  EXPECT_THAT(old_at(test::kTakenAt + 90 * 24h + 1s), ElementsAre("a1"));
  EXPECT_THAT(old_at(test::kTakenAt + 90 * 24h + 1s), IsEmpty());
}

TEST_F(Discarding, OfOldOnesLeavesWhatMayBeAtItsPlaceIsHeldOrDoesNotSaySinceWhen) {
  const WallTime later = test::kTakenAt + 1000 * 24h;
  copy_only("copied");
  take("held");
  take("undated");
  rewrite("undated", [](nlohmann::json& json) { json.erase("taken_at"); });
  const test::VaultScene other(scratch_.path());
  {
    const auto held = other.vault().hold("held");
    EXPECT_THAT(old_at(later), IsEmpty());
  }
  EXPECT_THAT(old_at(later), ElementsAre("held"));
  EXPECT_TRUE(has("copied") && has("undated"));
}

TEST_F(Discarding, OfOldOnesTakesSoManyInOnePass) {
  for (std::size_t i = 0; i <= kDiscardedPerPass; ++i) take("a" + std::to_string(i));
  const WallTime later = test::kTakenAt + 91 * 24h;
  EXPECT_EQ(old_at(later).size(), kDiscardedPerPass);
  EXPECT_TRUE(more_);
  EXPECT_EQ(old_at(later).size(), 1U);
  EXPECT_FALSE(more_);
}

TEST_F(Discarding, ShowsBeforehandWhatThereIs) {
  EXPECT_EQ(test::must(listing_text(scene_.vault())), "the vault is empty\n");
  EXPECT_EQ(test::must(listing_json(scene_.vault())), "[]\n");
  take("a1");
  copy_only("a2");
  take("a3");
  std::filesystem::resize_file(scene_.vault_path() / "a3.json", 30);
  const std::string path = scene_.write("a4", "of a4");
  const FileFacts facts = scene_.found(path).facts;
  ASSERT_TRUE(recover({"/memfd:\n (deleted)", Descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC)), facts},
                      "a4", {}, scene_.vault(), test::kTakenAt));

  const std::string text = test::must(listing_text(scene_.vault()));
  const std::string digest = scene_.vault().find("a1")->value().sidecar.content.sha256;
  EXPECT_THAT(text, AllOf(HasSubstr("a1 "), HasSubstr("2026-03-01T00:00:00.000Z"), HasSubstr(" 5 "),
                          HasSubstr(digest.substr(0, 12) + " "), HasSubstr("taken "), HasSubstr("copied "),
                          HasSubstr("nameless  /memfd:\\n (deleted)\n"), HasSubstr("damaged: ")));
  EXPECT_THAT(text, AllOf(HasSubstr(scene_.path_of("a1") + "\n"), Not(HasSubstr(digest))));
  const auto json = nlohmann::json::parse(test::must(listing_json(scene_.vault())));
  ASSERT_EQ(json.size(), 4U);
  EXPECT_EQ(json[0]["sha256"], digest);
  EXPECT_EQ(json[0]["taken_at"], "2026-03-01T00:00:00.000Z");
  EXPECT_EQ(json[1]["state"], "copied");
  EXPECT_THAT(json[2]["error"].get<std::string>(), HasSubstr("a3.json"));
  EXPECT_EQ(json[3]["path_hex"], "2f6d656d66643a0a202864656c6574656429");
}

}  // namespace
}  // namespace riposte::files
