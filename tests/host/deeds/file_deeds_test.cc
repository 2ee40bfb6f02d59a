#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/deeds/plan.h"
#include "tests/host/deeds/deed_scene.h"
#include "tests/support/scratch.h"
#include "tests/support/victim.h"

namespace riposte::agent {
namespace {

using order::Finding;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class FileDeeds : public DeedTest {
 protected:
  FileDeeds() {
    const auto folder = std::filesystem::canonical(scratch_.path());
    std::filesystem::create_directories(folder / "place");
    std::filesystem::create_directories(folder / "state");
    place_ = (folder / "place").string();
    scene_.vault = (folder / "state" / "vault").string();
  }

  std::string write(const std::string& name, const std::string& content = "payload") const {
    std::ofstream(place_ + "/" + name, std::ios::binary) << content;
    return place_ + "/" + name;
  }
  static std::string read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  order::Order quarantine(int action, const std::string& path) const {
    return scene_.order_of(action, order::QuarantineFile{path, {}, {}, {}});
  }
  order::Order restore(int action, int of) const {
    return scene_.order_of(action, order::RestoreFile{action_number(of).value()});
  }

  test::Scratch scratch_;
  std::string place_;
};

TEST_F(FileDeeds, AFileIsTakenProvenAndPutBackAsItWas) {
  const std::string path = write("a", "MZ payload");
  ASSERT_EQ(::chmod(path.c_str(), 04755), 0);
  std::filesystem::create_hard_link(path, path + ".second");
  const auto order = quarantine(1, path);
  const auto result = scene_.carry_out(order);
  EXPECT_EQ(result.word, ResultWord::ok) << result.detail;
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_EQ(fact_of(result.evidence, "vault_id"), order.action.value());
  EXPECT_EQ(fact_of(result.evidence, "sha256").size(), order::kSha256Digits);
  EXPECT_EQ(fact_of(result.evidence, "mode"), "4755");
  EXPECT_EQ(fact_of(result.evidence, "links"), "2");
  EXPECT_THAT(result.detail, HasSubstr("1 other names"));
  EXPECT_EQ(finding(order), Finding::proven) << scene_.verified(order).result.detail;

  const auto inverse = restore(2, 1);
  EXPECT_EQ(does(inverse), ResultWord::ok);
  EXPECT_EQ(read(path), "MZ payload");
  struct stat now{};
  ASSERT_EQ(::stat(path.c_str(), &now), 0);
  EXPECT_EQ(now.st_mode & 07777U, 04755U);
  EXPECT_EQ(finding(inverse), Finding::proven);
  EXPECT_EQ(does(restore(3, 1)), ResultWord::already_done);
  EXPECT_THAT(scene_.ledger.holdings().all(), IsEmpty());
  write("a", "another");
  EXPECT_EQ(finding(inverse), Finding::disproven);
  EXPECT_EQ(does(restore(4, 1)), ResultWord::refused_identity);
  EXPECT_EQ(read(path), "another");
}

TEST_F(FileDeeds, TheTimeOfAQuarantineMayEnd) {
  const std::string path = write("a");
  ASSERT_EQ(does(quarantine(1, path)), ResultWord::ok);
  EXPECT_EQ(scene_.taken_back({action_number(1)}).word, ResultWord::ok);
  EXPECT_EQ(read(path), "payload");
  EXPECT_EQ(scene_.taken_back({action_number(1)}).word, ResultWord::already_done);
}

TEST_F(FileDeeds, AnotherFileThanTheOneThatIsMeantStays) {
  const std::string path = write("a");
  struct stat seen{};
  ASSERT_EQ(::stat(path.c_str(), &seen), 0);
  for (const order::QuarantineFile& other :
       {order::QuarantineFile{path, std::string(order::kSha256Digits, 'a'), {}, {}},
        order::QuarantineFile{path, {}, seen.st_ino + 1, {}}, order::QuarantineFile{path, {}, {}, 1}})
    EXPECT_EQ(does(scene_.order_of(1, other)), ResultWord::refused_identity);
  EXPECT_EQ(read(path), "payload");
  EXPECT_THAT(scene_.ledger.holdings().all(), IsEmpty());
  EXPECT_EQ(does(restore(2, 1)), ResultWord::not_found);
}

TEST_F(FileDeeds, WhatIsNoFileIsNotTaken) {
  ASSERT_EQ(::mkfifo((place_ + "/pipe").c_str(), 0600), 0);
  std::filesystem::create_symlink(write("a"), place_ + "/link");
  std::filesystem::create_directory_symlink(place_, scratch_.path() / "around");
  EXPECT_EQ(does(quarantine(1, place_ + "/pipe")), ResultWord::refused_identity);
  EXPECT_EQ(does(quarantine(1, place_ + "/link")), ResultWord::refused_identity);
  EXPECT_EQ(does(quarantine(1, place_)), ResultWord::refused_identity);
  EXPECT_EQ(does(quarantine(1, std::filesystem::canonical(scratch_.path()).string() + "/around/a")),
            ResultWord::refused_identity);
  EXPECT_EQ(does(quarantine(1, place_ + "/nothing")), ResultWord::not_found);
  const auto nameless = scene_.carry_out(quarantine(1, "/memfd:payload"));
  EXPECT_EQ(nameless.word, ResultWord::unsupported);
  EXPECT_THAT(nameless.detail, HasSubstr("give the pid"));
  EXPECT_EQ(does(quarantine(1, place_ + "/a (deleted)")), ResultWord::unsupported);
  EXPECT_EQ(read(place_ + "/a"), "payload");
}

TEST_F(FileDeeds, WhatIsProtectedIsNeitherTakenNorPutBack) {
  const std::string path = write("a");
  EXPECT_EQ(does(quarantine(1, "/usr/bin/true")), ResultWord::refused_guard);
  EXPECT_EQ(does(quarantine(1, "/etc/passwd")), ResultWord::refused_guard);
  const std::string own = std::filesystem::path(scene_.vault).parent_path().string();
  std::ofstream(own + "/journal") << "own";
  EXPECT_EQ(does(quarantine(1, own + "/journal")), ResultWord::refused_guard);
  std::filesystem::create_hard_link(path, place_ + "/second");
  for (const std::string& guarded : {place_, path, place_ + "/second"}) {
    scene_.policy.protected_paths = {guarded};
    EXPECT_EQ(does(quarantine(1, path)), ResultWord::refused_guard) << guarded;
  }
  scene_.policy.protected_paths.clear();
  ASSERT_EQ(does(quarantine(2, path)), ResultWord::ok);
  scene_.policy.protected_paths = {path};
  EXPECT_EQ(does(restore(3, 2)), ResultWord::refused_guard);
  scene_.policy.protected_paths = {place_};
  EXPECT_EQ(does(restore(3, 2)), ResultWord::refused_guard);
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(FileDeeds, ABoundProtectedDirectoryStaysOne) {
  const std::string path = write("a");
  const std::string other = scratch_.path() / "bound";
  std::filesystem::create_directory(other);
  ASSERT_EQ(::mount(place_.c_str(), other.c_str(), nullptr, MS_BIND, nullptr), 0);
  scene_.policy.protected_paths = {place_};
  EXPECT_EQ(does(quarantine(1, std::filesystem::canonical(other).string() + "/a")),
            ResultWord::refused_guard);
  ::umount(other.c_str());
  EXPECT_EQ(read(path), "payload");
}

TEST_F(FileDeeds, ALookTakesNothingAndAProbeSaysSo) {
  const std::string path = write("a");
  const auto order = quarantine(1, path);
  EXPECT_THAT(scene_.begin(order), HasSubstr("size 7"));
  EXPECT_EQ(read(path), "payload");
  EXPECT_NE(scene_.probed(order).word, ResultWord::ok);
  EXPECT_NE(finding(order), Finding::proven);
}

TEST_F(FileDeeds, AfterACrashTheVaultTellsWhatBecameOfThem) {
  const std::string path = write("a");
  const auto order = quarantine(1, path);
  EXPECT_EQ(scene_.carry_out_only(order).word, ResultWord::ok);
  EXPECT_EQ(scene_.probed(order).word, ResultWord::ok);
  EXPECT_EQ(fact_of(scene_.probed(order).evidence, "vault_id"), order.action.value());

  const auto inverse = restore(2, 1);
  ASSERT_NE(scene_.begin(inverse), "");
  EXPECT_EQ(scene_.probed(inverse).word, ResultWord::error);
  EXPECT_EQ(scene_.carry_out_only(inverse).word, ResultWord::ok);
  EXPECT_EQ(scene_.probed(inverse).word, ResultWord::ok);
  EXPECT_EQ(scene_.probed(order).word, ResultWord::ok) << "what came back is another file with its content";
}

TEST_F(FileDeeds, AProgramThatRunsOnIsNamedAndDisproves) {
  const std::string path = place_ + "/payload";
  std::filesystem::copy_file("/usr/bin/sleep", path);
  test::Victim running({path.c_str(), "600"});
  const auto order = quarantine(1, path);
  const auto result = scene_.carry_out(order);
  EXPECT_EQ(result.word, ResultWord::ok) << result.detail;
  EXPECT_EQ(fact_of(result.evidence, "users"), std::to_string(running.pid()) + " runs it");
  EXPECT_EQ(finding(order), Finding::disproven);
  EXPECT_THAT(scene_.verified(order).result.detail, HasSubstr("processes still run it"));
  running.end();
  EXPECT_EQ(finding(order), Finding::proven);
}

TEST_F(FileDeeds, NamesAreBytesAndNothingElse) {
  const test::Victim bystander;
  for (const std::string& name : {std::string("; rm -rf ."), std::string("$(id)"), std::string("`id`"),
                                  std::string("a\nb"), std::string("--help"), std::string("-rf"),
                                  std::string("\xff\xfe"), std::string("..."), std::string(255, 'x')}) {
    const std::string path = write(name);
    const auto order = quarantine(1, path);
    const auto result = scene_.carry_out_only(order);
    EXPECT_EQ(result.word, ResultWord::ok) << result.detail;
    EXPECT_TRUE(order::check(result).has_value());
    EXPECT_THAT(fact_of(result.evidence, "path"), Not(HasSubstr("\n")));
    EXPECT_EQ(scene_.carry_out_only(restore(2, 1)).word, ResultWord::ok);
    EXPECT_EQ(read(path), "payload");
    std::filesystem::remove(path);
    std::filesystem::remove_all(scene_.vault);
  }
  for (const std::string& path :
       {std::string("relative"), place_ + "/../place/a", place_ + "//a", place_ + std::string("/a\0b", 4),
        place_ + "/" + std::string(65536, 'x'), std::string("/"), std::string()})
    EXPECT_EQ(scene_.carry_out_only(quarantine(1, path)).word, ResultWord::refused_identity);
  for (const std::string& id : {std::string("../../etc/passwd"), std::string("; id"), std::string(65536, 'a'),
                                std::string("\0", 1), std::string()}) {
    const auto order = scene_.order_of(2, order::RestoreFile{id});
    EXPECT_THAT(std::string(name_of(scene_.carry_out_only(order).word)), HasSubstr("refused_identity")) << id;
  }
}

}  // namespace
}  // namespace riposte::agent
