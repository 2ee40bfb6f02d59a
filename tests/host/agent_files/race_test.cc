#include <atomic>
#include <chrono>
#include <filesystem>
#include <string>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/scratch.h"
#include "tests/support/vault_scene.h"

namespace riposte::files {
namespace {

constexpr auto kRaceTime = std::chrono::seconds(4);

/// Swaps what two names lead to, again and again.
class Swapper {
 public:
  Swapper(std::string a, std::string b)
      : thread_([this, a = std::move(a), b = std::move(b)](const std::stop_token& stop) {
          while (!stop.stop_requested())
            if (::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE) == 0) ++swaps_;
        }) {}
  int swaps() const { return swaps_; }

 private:
  std::atomic<int> swaps_ = 0;
  std::jthread thread_;
};

class Race : public ::testing::Test {
 protected:
  struct Outcomes {
    int taken = 0;
    int refused = 0;
  };
  /// Takes in what is at the path for some seconds; `prepare` puts the file there again.
  Outcomes take_again_and_again(
      const std::string& path, const std::function<void()>& prepare,
      const std::function<void()>& when_taken = [] {}) {
    Outcomes outcomes;
    const auto end = std::chrono::steady_clock::now() + kRaceTime;
    for (int i = 0; std::chrono::steady_clock::now() < end; ++i) {
      prepare();
      const std::string action = "a" + std::to_string(i);
      auto found = resolve(path, scene_.root());
      const auto taken = found ? take_in(*found, action, {}, scene_.vault(), test::kTakenAt)
                               : Result<Taken>(std::unexpected(std::move(found).error()));
      ++(taken ? outcomes.taken : outcomes.refused);
      if (taken) {
        EXPECT_EQ(scene_.kept(action), kVictim);
        when_taken();
      }
      EXPECT_TRUE(scene_.vault().discard(action));
    }
    return outcomes;
  }
  /// Written under a name that nobody swaps, then moved: the swapper sees whole files.
  void put(const std::string& from, const std::string& to) {
    scene_.write(from, kVictim);
    std::filesystem::rename(scene_.path_of(from), to);
  }

  static constexpr const char* kVictim = "the file that was meant";
  static constexpr const char* kPrecious = "nobody may touch this";
  test::Scratch scratch_;
  test::VaultScene scene_{scratch_.path()};
};

TEST_F(Race, ADirectorySwappedForALinkLeadsNowhere) {
  std::filesystem::create_directory(scene_.path_of("precious"));
  const std::string precious = scene_.write("precious/file", kPrecious);
  const auto before = scene_.found(precious).facts;
  std::filesystem::create_directory(scene_.path_of("d"));
  std::filesystem::create_directory_symlink(scene_.path_of("precious"), scene_.path_of("link"));
  // A handle on the true directory, whatever its name is at the moment.
  const Descriptor d(::open(scene_.path_of("d").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  const std::string in_d = "/proc/self/fd/" + std::to_string(d.number()) + "/file";
  Outcomes outcomes;
  {
    const Swapper swapper(scene_.path_of("d"), scene_.path_of("link"));
    outcomes = take_again_and_again(scene_.path_of("d") + "/file", [&] { put("new", in_d); });
    EXPECT_GT(swapper.swaps(), 1000);
  }
  EXPECT_GT(outcomes.taken, 0);
  EXPECT_GT(outcomes.refused, 0);
  EXPECT_EQ(scene_.read(precious), kPrecious);
  EXPECT_TRUE(untouched(before, scene_.found(precious).facts));
}

TEST_F(Race, AFileSwappedForALinkIsTheOneThatIsTakenOrNothingIs) {
  const std::string precious = scene_.write("precious", kPrecious);
  const auto before = scene_.found(precious).facts;
  const std::string path = scene_.path_of("file");
  const std::string link = scene_.path_of("link");
  Outcomes outcomes;
  {
    put("new", path);
    std::filesystem::create_symlink(precious, link);
    const Swapper swapper(path, link);
    // Where one has gone, the swapper stands still until both are there again.
    const auto put_both = [&] {
      struct stat status{};
      for (const auto& [name, other] : {std::pair(path, link), {link, path}}) {
        if (::lstat(name.c_str(), &status) == 0) continue;
        if (::lstat(other.c_str(), &status) == 0 && S_ISLNK(status.st_mode))
          put("new", name);
        else
          std::filesystem::create_symlink(precious, name);
      }
    };
    outcomes = take_again_and_again(path, put_both, [&] {
      struct stat status{};
      for (const std::string& name : {path, link})
        EXPECT_FALSE(::lstat(name.c_str(), &status) == 0 && S_ISREG(status.st_mode)) << "it has a name still";
    });
    EXPECT_GT(swapper.swaps(), 1000);
  }
  EXPECT_GT(outcomes.taken, 0);
  EXPECT_GT(outcomes.refused, 0);
  EXPECT_EQ(scene_.read(precious), kPrecious);
  EXPECT_TRUE(untouched(before, scene_.found(precious).facts));
}

TEST_F(Race, AFileThatIsWrittenToAllTheTimeIsRefusedAndStays) {
  // Large enough for the writer to have its turn while it is copied.
  const std::string path = scene_.write("file", std::string(std::size_t{16} << 20, 'x'));
  std::atomic<bool> stop = false;
  std::atomic<unsigned> writes = 0;
  std::thread writer([&] {
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    for (; !stop; ++writes) EXPECT_EQ(::pwrite(file.number(), "word", 4, 0), 4);
  });
  while (writes == 0) std::this_thread::yield();
  const auto taken = scene_.take(path);
  stop = true;
  writer.join();
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, Errc::conflict);
  EXPECT_TRUE(std::filesystem::exists(path));
  EXPECT_TRUE(std::filesystem::is_empty(scene_.vault_path()));
}

TEST_F(Race, AFileThatIsWrittenToOnceMeanwhileIsCopiedAnew) {
  const std::string path = scene_.write("file", std::string(std::size_t{32} << 20, 'x'));
  const std::filesystem::path object = scene_.vault_path() / "a0.q";
  std::thread writer([&] {
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    std::error_code not_yet;
    for (std::uintmax_t size = 0; size == 0 || not_yet;) size = std::filesystem::file_size(object, not_yet);
    EXPECT_EQ(::pwrite(file.number(), "new", 3, 0), 3);
  });
  const auto taken = scene_.take(path, "a0");
  writer.join();
  ASSERT_TRUE(taken) << taken.error().text();
  EXPECT_EQ(scene_.kept("a0").substr(0, 4), "newx");
}

}  // namespace
}  // namespace riposte::files
