#include "tests/support/source_contract.h"

#include <array>
#include <fstream>
#include <stdexcept>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "connectors/file/source.h"
#include "connectors/file/stdin.h"
#include "tests/support/temporary_directory.h"

namespace riposte::test {

namespace {

class FollowedFile final : public SourceWorld {
 public:
  FollowedFile() { append({}); }
  void append(const std::vector<std::string>& records) override {
    std::ofstream file(path_, std::ios::app);
    for (const std::string& record : records) file << record << '\n';
  }
  std::unique_ptr<Source> open(PositionLookup lookup) override {
    auto source = FileSource::open({path_, true}, std::move(lookup));
    if (!source) throw std::runtime_error(source.error().text());
    return std::move(*source);
  }

 private:
  TemporaryDirectory directory_{"riposte-file"};
  const std::filesystem::path path_ = directory_.path() / "alerts.ndjson";
};

class Pipe final : public SourceWorld {
 public:
  Pipe() {
    if (::pipe2(ends_.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
    if (::fcntl(ends_[1], F_SETPIPE_SZ, 1 << 20) < 0) throw std::runtime_error("F_SETPIPE_SZ");
  }
  ~Pipe() override {
    for (const int end : ends_) ::close(end);
  }
  void append(const std::vector<std::string>& records) override {
    std::string text;
    for (const std::string& record : records) text += record + '\n';
    if (::write(ends_[1], text.data(), text.size()) != static_cast<ssize_t>(text.size()))
      throw std::runtime_error("write to a pipe");
  }
  std::unique_ptr<Source> open(PositionLookup) override {
    return std::make_unique<StdinSource>(ends_[0], "test", std::size_t{1} << 20);
  }

 private:
  std::array<int, 2> ends_{};
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(File, SourceContract, testing::Values(&make_world<FollowedFile>));
INSTANTIATE_TEST_SUITE_P(File, ReplayableSourceContract, testing::Values(&make_world<FollowedFile>));
INSTANTIATE_TEST_SUITE_P(Stdin, SourceContract, testing::Values(&make_world<Pipe>));

TEST(Stdin, StopsReadingThePipeWhilePausedSoThatTheWriterWaits) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK), 0);
  StdinSource source(ends[0], "test", 1000);
  source.pause(StreamId("stdin#test"));
  const std::string line(1023, 'x');
  ssize_t filled = 0;
  while (::write(ends[1], (line + '\n').data(), 1024) > 0) filled += 1024;
  Received received;
  for (int i = 0; i < 3; ++i)
    ASSERT_NO_FATAL_FAILURE(poll_into(received, source, std::chrono::milliseconds(1)));
  EXPECT_LT(::write(ends[1], "x", 1), 0) << "the pipe has room again";
  source.resume(StreamId("stdin#test"));
  ::close(ends[1]);
  ASSERT_NO_FATAL_FAILURE(
      poll_until(received, source, [](const Received& all) { return !all.exhausted.empty(); }));
  EXPECT_EQ(received.records.size(), static_cast<std::size_t>(filled) / 1024);
  EXPECT_TRUE(received.records.front().oversize);
  ::close(ends[0]);
}

TEST(Stdin, GivesALastLineWithoutLineFeedBeforeItEnds) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  ASSERT_EQ(::write(ends[1], "one\ntwo", 7), 7);
  ::close(ends[1]);
  StdinSource source(ends[0], "test", 1000);
  Received received;
  ASSERT_NO_FATAL_FAILURE(
      poll_until(received, source, [](const Received& all) { return !all.exhausted.empty(); }));
  EXPECT_EQ(received.bytes(), (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(received.records.back().next, Offset(7));
  ::close(ends[0]);
}

}  // namespace riposte::test
