#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include "connectors/file/dead_letters.h"
#include "tests/support/temporary_directory.h"

namespace riposte::test {

namespace {

DeadLetter letter(std::int64_t offset, std::string bytes) {
  return {StreamId("kafka:detections/3"),
          Offset(offset),
          WallTime(std::chrono::seconds(1)),
          "not_json",
          "unexpected 'x'",
          std::move(bytes)};
}

class FileDeadLettersTest : public testing::Test {
 protected:
  std::vector<std::string> lines() const {
    std::vector<std::string> all;
    std::ifstream file(path_);
    for (std::string line; std::getline(file, line);) all.push_back(line);
    return all;
  }

  TemporaryDirectory directory_{"riposte-letters"};
  const std::filesystem::path path_ = directory_.path() / "dead.ndjson";
};

}  // namespace

TEST_F(FileDeadLettersTest, WriteOneLineWithReasonPlaceAndBytes) {
  auto sink = FileDeadLetters::open(path_);
  ASSERT_TRUE(sink.has_value());
  ASSERT_TRUE((*sink)->deliver(std::vector{letter(7, "{\"broken\n\"")}).has_value());
  ASSERT_EQ(lines().size(), 1U);
  EXPECT_EQ(
      lines()[0],
      R"({"time":"1970-01-01T00:00:01.000Z","stream":"kafka:detections/3","offset":7,"reason":"not_json",)"
      R"("detail":"unexpected 'x'","bytes":"{\"broken\n\""})");
}

TEST_F(FileDeadLettersTest, EncodeBytesThatAreNoText) {
  auto sink = FileDeadLetters::open(path_);
  ASSERT_TRUE((*sink)->deliver(std::vector{letter(7, "\xff\xfe")}).has_value());
  const auto line = nlohmann::json::parse(lines().at(0));
  EXPECT_EQ(line.at("bytes_base64"), "//4=");
  EXPECT_FALSE(line.contains("bytes"));
}

TEST_F(FileDeadLettersTest, SurviveADetailThatIsNoText) {
  auto sink = FileDeadLetters::open(path_);
  DeadLetter odd = letter(7, "x");
  odd.detail = "near \xff";
  ASSERT_TRUE((*sink)->deliver(std::vector{odd}).has_value());
  EXPECT_TRUE(nlohmann::json::accept(lines().at(0)));
}

TEST_F(FileDeadLettersTest, BeginANewLineBehindOneThatACrashCutOff) {
  std::ofstream(path_) << "{\"time\":\"19";
  auto sink = FileDeadLetters::open(path_);
  ASSERT_TRUE((*sink)->deliver(std::vector{letter(1, "a"), letter(2, "b")}).has_value());
  ASSERT_EQ(lines().size(), 3U);
  EXPECT_EQ(nlohmann::json::parse(lines()[1]).at("offset"), 1);
  EXPECT_EQ(nlohmann::json::parse(lines()[2]).at("offset"), 2);
}

TEST_F(FileDeadLettersTest, AreForTheirOwnerOnly) {
  ASSERT_TRUE(FileDeadLetters::open(path_).has_value());
  struct stat identity{};
  ASSERT_EQ(::stat(path_.c_str(), &identity), 0);
  EXPECT_EQ(identity.st_mode & 0777, 0600U);
}

TEST_F(FileDeadLettersTest, SayWhichPathCannotBeWritten) {
  const auto sink = FileDeadLetters::open(directory_.path() / "missing" / "dead.ndjson");
  ASSERT_FALSE(sink.has_value());
  EXPECT_EQ(sink.error().code, Errc::invalid);
  EXPECT_NE(sink.error().text().find("missing/dead.ndjson"), std::string::npos);
}

}  // namespace riposte::test
