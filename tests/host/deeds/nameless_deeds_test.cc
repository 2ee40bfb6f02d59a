#include <filesystem>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "agent/deeds/plan.h"
#include "tests/host/deeds/deed_scene.h"
#include "tests/support/nameless_program.h"
#include "tests/support/scratch.h"
#include "tests/support/vault_scene.h"
#include "tests/support/victim.h"

namespace riposte::agent {
namespace {

using order::Finding;
using ::testing::AllOf;
using ::testing::HasSubstr;

const std::string kInMemory = "/memfd:payload (deleted)";

class NamelessDeeds : public DeedTest {
 protected:
  NamelessDeeds() {
    place_ = std::filesystem::canonical(scratch_.path()) / "place";
    std::filesystem::create_directories(place_);
    std::filesystem::create_directories(scratch_.path() / "state");
    scene_.vault = (scratch_.path() / "state" / "vault").string();
  }

  static order::ProcessTarget process(const test::Victim& victim) {
    return {.pid = victim.pid(),
            .start = read_process(victim.pid())->started_at,
            .boot_id = read_boot_id().value(),
            .executable_sha256 = {},
            .not_after = SystemClock().now()};
  }
  order::Order recovery(int action, const std::string& path, const order::ProcessTarget& process) const {
    return scene_.order_of(action, order::QuarantineFile{path, {}, {}, {}, process});
  }
  order::DeedResult tried(const std::string& path, const order::ProcessTarget& process) {
    return scene_.carry_out_only(recovery(1, path, process));
  }
  std::string kept(int action) const {
    const files::Vault vault = test::must(files::Vault::open(scene_.vault));
    const auto entry = test::must(vault.find(action_number(action).value()));
    if (!entry) return "nothing";
    std::string content(entry->sidecar.content.size, '\0');
    const auto decoded =
        files::decode(test::must(vault.object(action_number(action).value())), entry->sidecar.content,
                      entry->sidecar.key, [&](std::span<const unsigned char> bytes, std::uint64_t offset) {
                        std::ranges::copy(bytes, content.begin() + std::ptrdiff_t(offset));
                        return Result<void>();
                      });
    EXPECT_TRUE(decoded);
    return content;
  }
  static std::string bytes_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  /// Another file than what runs: a decoy for whoever follows names.
  void put_decoy(const std::filesystem::path& path) const { std::ofstream(path) << "decoy"; }

  test::Scratch scratch_;
  std::filesystem::path place_;
};

TEST_F(NamelessDeeds, AProgramThatOnlyEverWasInMemoryIsRecoveredFromItsProcess) {
  const test::NamelessProgram program("one of a kind");
  test::Victim running({program.path().c_str(), "600"});
  const auto order = recovery(1, kInMemory, process(running));
  EXPECT_THAT(scene_.begin(order), AllOf(HasSubstr("nameless yes"), HasSubstr("pid ")));
  EXPECT_EQ(scene_.probed(order).word, ResultWord::error) << "a look takes nothing";
  const auto result = scene_.carry_out(order);
  EXPECT_EQ(result.word, ResultWord::ok) << result.detail;
  EXPECT_THAT(result.detail, AllOf(HasSubstr("no file to be removed"), HasSubstr("kill_process")));
  EXPECT_EQ(fact_of(result.evidence, "vault_id"), order.action.value());
  EXPECT_THAT(fact_of(result.evidence, "users"), HasSubstr(std::to_string(running.pid()) + " runs it"));
  EXPECT_EQ(kept(1), program.bytes());
  EXPECT_NE(running.state(), 'Z') << "it is not ended by this";
  EXPECT_EQ(finding(order), Finding::proven) << scene_.verified(order).result.detail;
  EXPECT_EQ(scene_.probed(order).word, ResultWord::ok);

  EXPECT_EQ(scene_.carry_out_only(order).word, ResultWord::already_done);
  running.end();
  EXPECT_EQ(scene_.carry_out_only(order).word, ResultWord::already_done) << "whatever became of the process";
  EXPECT_EQ(finding(order), Finding::proven);
  std::filesystem::resize_file(scene_.vault + "/" + order.action.value() + ".q", 3);
  EXPECT_EQ(finding(order), Finding::disproven);
}

TEST_F(NamelessDeeds, AProgramThatWasRemovedIsRecoveredAndWhatHasItsNameNowStays) {
  const auto path = place_ / "payload";
  std::filesystem::copy_file("/bin/sleep", path);
  const test::Victim running({path.c_str(), "600"});
  std::filesystem::remove(path);
  // As the event saw it before the removal, as the kernel shows it since, and with others of both names.
  EXPECT_EQ(does(recovery(1, path, process(running))), ResultWord::ok);
  put_decoy(path);
  EXPECT_EQ(does(recovery(2, path.string() + " (deleted)", process(running))), ResultWord::ok);
  put_decoy(path.string() + " (deleted)");
  EXPECT_EQ(does(recovery(3, path.string() + " (deleted)", process(running))), ResultWord::ok);
  for (const int action : {1, 2, 3}) EXPECT_EQ(kept(action), bytes_of("/bin/sleep")) << action;
  EXPECT_EQ(bytes_of(path), "decoy");
  EXPECT_EQ(bytes_of(path.string() + " (deleted)"), "decoy");
}

TEST_F(NamelessDeeds, AFileThatIsOnlyCalledAsIfItWereRemovedIsTakenAway) {
  const auto path = place_ / "payload (deleted)";
  std::filesystem::copy_file("/bin/sleep", path);
  const test::Victim running({path.c_str(), "600"});
  EXPECT_EQ(does(recovery(1, path, process(running))), ResultWord::ok);
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_EQ(does(scene_.order_of(2, order::RestoreFile{action_number(1).value()})), ResultWord::ok);
  EXPECT_TRUE(std::filesystem::exists(path));
}

TEST_F(NamelessDeeds, AnotherProcessThanTheOneThatIsMeantGivesNothing) {
  using namespace std::chrono_literals;
  const test::NamelessProgram program("x");
  const test::Victim running({program.path().c_str(), "600"});
  const test::Victim other;
  const auto meant = process(running);
  auto started_earlier = meant;
  started_earlier.start = *meant.start - 1h;
  auto seen_earlier = meant;
  seen_earlier.start.reset();
  seen_earlier.not_after = *meant.start - 1h;
  auto of_another_boot = meant;
  of_another_boot.boot_id = "3f1c07d2-8a44-4d0a-9a56-2f54f9b6c3aa";
  for (const auto& reused : {started_earlier, seen_earlier, of_another_boot, process(other)}) {
    const auto result = tried(kInMemory, reused);
    EXPECT_EQ(result.word, ResultWord::refused_identity) << result.detail;
  }
  EXPECT_EQ(tried("/memfd:another (deleted)", meant).word, ResultWord::refused_identity);
  EXPECT_EQ(tried((place_ / "nothing").string(), meant).word, ResultWord::not_found);
  const auto wrong_bytes =
      order::QuarantineFile{kInMemory, std::string(order::kSha256Digits, 'a'), {}, {}, meant};
  EXPECT_EQ(does(scene_.order_of(1, wrong_bytes)), ResultWord::refused_identity);
  EXPECT_EQ(kept(1), "nothing");
  EXPECT_TRUE(std::filesystem::is_empty(scene_.vault));
}

TEST_F(NamelessDeeds, AProgramWhoseFileIsWhereOnlyItsProcessSeesItIsNotTakenForOneWithoutAFile) {
  const std::string path = place_ / "hidden";
  const std::string script =
      "mount -t tmpfs none " + place_.string() + " && cp /bin/sleep " + path + " && exec " + path + " 600";
  const test::Victim running({"/usr/bin/unshare", "-m", "sh", "-c", script.c_str()});
  for (int i = 0; i < 1000 && read_process(running.pid())->executable != path; ++i) ::usleep(2000);
  ASSERT_EQ(read_process(running.pid())->executable, path);
  ASSERT_FALSE(std::filesystem::exists(path));
  const auto result = tried(path, process(running));
  EXPECT_EQ(result.word, ResultWord::not_found) << result.detail;
  EXPECT_THAT(result.detail, HasSubstr("has its name where this program does not look"));
  EXPECT_EQ(kept(1), "nothing");
}

TEST_F(NamelessDeeds, AProcessThatHasGoneGivesNothing) {
  const test::NamelessProgram program("x");
  test::Victim running({program.path().c_str(), "600"});
  const auto meant = process(running);
  ::kill(running.pid(), SIGKILL);
  running.wait_until_zombie();
  EXPECT_EQ(tried(kInMemory, meant).word, ResultWord::not_found);
  running.end();
  EXPECT_EQ(tried(kInMemory, meant).word, ResultWord::not_found);
}

TEST_F(NamelessDeeds, WhatHadNoNameIsNotPutBack) {
  const auto path = place_ / "payload";
  std::filesystem::copy_file("/bin/sleep", path);
  const test::Victim running({path.c_str(), "600"});
  std::filesystem::remove(path);
  ASSERT_EQ(does(recovery(1, path, process(running))), ResultWord::ok);
  const auto restoring = scene_.order_of(2, order::RestoreFile{action_number(1).value()});
  const auto result = scene_.carry_out(restoring);
  EXPECT_EQ(result.word, ResultWord::unsupported);
  EXPECT_THAT(result.detail, HasSubstr("there is no name to put it back under"));
  EXPECT_NE(finding(restoring), Finding::proven);
  put_decoy(path.string() + " (deleted)");
  EXPECT_NE(finding(restoring), Finding::proven);
  EXPECT_EQ(scene_.taken_back({action_number(1)}).word, ResultWord::already_done) << "nothing was taken away";
  EXPECT_EQ(bytes_of(path.string() + " (deleted)"), "decoy");
  EXPECT_EQ(kept(1), bytes_of("/bin/sleep"));
}

}  // namespace
}  // namespace riposte::agent
