#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/authoring/replay_command.h"
#include "engine/authoring/replay_order.h"
#include "engine/authoring/replay_range.h"
#include "engine/cli/exit_code.h"
#include "tests/support/scratch.h"

namespace riposte {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

const WallTime kMorning = *parse_iso8601("2026-03-10T08:00:00Z");

Sighting sighting(WallTime at, std::int64_t offset) {
  Sighting made{at, {}};
  made.detection.offset = Offset(offset);
  made.detection.proposals.resize(1);
  return made;
}

TEST(TimeOrder, GivesTheEarliestFirstAndKeepsTheOrderOfOneMoment) {
  TimeOrder order;
  order.put(sighting(kMorning + 1h, 1));
  order.put(sighting(kMorning, 2));
  order.put(sighting(kMorning, 3));
  EXPECT_FALSE(order.take_overflow());
  for (const std::int64_t expected : {2, 3, 1}) EXPECT_EQ(order.take()->detection.offset, Offset(expected));
  EXPECT_FALSE(order.take());
}

TEST(TimeOrder, GivesTheEarliestAwayWhenTheWindowIsFull) {
  TimeOrder order(2);
  for (const std::int64_t offset : {1, 2}) order.put(sighting(kMorning, offset));
  EXPECT_FALSE(order.take_overflow());
  order.put(sighting(kMorning - 1h, 3));
  EXPECT_EQ(order.take_overflow()->detection.offset, Offset(3));
  EXPECT_FALSE(order.take_overflow());
}

TEST(HistoryRange, TakesOffsetsAndMoments) {
  const auto range = parse_history_range("t", "120", "2026-03-10T08:00:00Z");
  ASSERT_TRUE(range.has_value());
  EXPECT_EQ(range->topic, "t");
  EXPECT_EQ(range->from, HistoryBound(Offset(120)));
  EXPECT_EQ(range->to, HistoryBound(kMorning));
  EXPECT_EQ(parse_history_range("t", "", "")->from, HistoryBound());
}

TEST(HistoryRange, SaysHowToWriteABound) {
  for (const char* wrong : {"-1", "yesterday", "12x", "99999999999999999999", "2026-03-10"}) {
    const auto range = parse_history_range("t", wrong, "");
    ASSERT_FALSE(range.has_value()) << wrong;
    EXPECT_THAT(range.error().text(), HasSubstr("like 2026-03-10T12:00:00Z")) << wrong;
  }
}

TEST(HistoryRange, RefusesAnEndBeforeItsBeginning) {
  EXPECT_EQ(parse_history_range("t", "5", "4").error().code, Errc::invalid);
  EXPECT_EQ(parse_history_range("t", "2026-03-10T08:00:00Z", "2026-03-10T07:00:00Z").error().code,
            Errc::invalid);
  EXPECT_TRUE(parse_history_range("t", "5", "5").has_value());
}

/// The whole command, with a topic that holds these records.
class ReplayCommand : public testing::Test {
 protected:
  struct Topic final : History {
    Result<void> read(const See& see) override {
      for (const std::int64_t offset : {7, 8})
        see({{StreamId("kafka:t/0"), Offset(offset), Offset(offset + 1), "{}"}, kMorning});
      return {};
    }
    std::uint64_t total() const override { return 2; }
    std::uint64_t done() const override { return 2; }
  };

  int run(const cli::ReplayOptions& options) {
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int code = authoring::replay(
        options,
        [this](const KafkaOptions& kafka, const HistoryRange& range) -> Result<std::unique_ptr<History>> {
          asked_ = kafka.brokers + " " + range.topic;
          return std::make_unique<Topic>();
        });
    out_ = testing::internal::GetCapturedStdout();
    err_ = testing::internal::GetCapturedStderr();
    return code;
  }
  std::string configuration(const std::string& source) {
    scratch_.write("rules/a.yml", "title: a\nid: a\ndetection: {s: {f: v}, condition: s}\n");
    return scratch_.write("riposte.yaml", "data: d\nrules: [rules]\nsource: " + source + "\n").string();
  }

  test::Scratch scratch_;
  std::string out_, err_, asked_;
};

TEST_F(ReplayCommand, ReadsATopicFromTheBrokersOfTheConfiguration) {
  cli::ReplayOptions options;
  options.rules.config_path = configuration("{kafka: {brokers: \"b:9092\", topics: [detections], group: g}}");
  options.topic = "old";
  EXPECT_EQ(run(options), cli::kExitOk) << err_;
  EXPECT_EQ(asked_, "b:9092 old");
  EXPECT_THAT(out_, HasSubstr("2 read"));
}

TEST_F(ReplayCommand, SaysThatATopicNeedsAConfigurationWithBrokers) {
  cli::ReplayOptions options;
  options.rules.config_path = configuration("{stdin: {}}");
  options.topic = "old";
  EXPECT_EQ(run(options), cli::kExitRefused);
  EXPECT_THAT(err_, HasSubstr("source: {kafka: {brokers, topics, group}}"));
  EXPECT_EQ(asked_, "");
}

TEST_F(ReplayCommand, AnswersBadInputWithTheExitCodeOfItsKind) {
  cli::ReplayOptions options;
  options.rules.config_path = "/nowhere/riposte.yaml";
  options.events = {scratch_.write("e", "{}\n").string()};
  EXPECT_EQ(run(options), cli::kExitRefused);
  EXPECT_THAT(err_, HasSubstr("/nowhere/riposte.yaml:1:1: error: "));
  options.rules.config_path = configuration("{stdin: {}}");
  EXPECT_EQ(run(options), cli::kExitOk) << err_;
  options.events = {"/nowhere/events"};
  EXPECT_EQ(run(options), cli::kExitNotFound);
  options.against = {"/nowhere/rules"};
  EXPECT_EQ(run(options), cli::kExitRefused);
  options.from = "9";
  options.to = "8";
  options.topic = "t";
  EXPECT_EQ(run(options), cli::kExitUsage);
}

TEST_F(ReplayCommand, ExitsWithOneWhenAnEventIsUnusableOrARuleIsRefused) {
  cli::ReplayOptions options;
  options.rules.config_path = configuration("{stdin: {}}");
  options.events = {scratch_.write("e", "{broken\n").string()};
  EXPECT_EQ(run(options), cli::kExitRefused);
  EXPECT_THAT(err_, HasSubstr("riposte: 1 of 1 events are unusable\n"));
  options.events = {scratch_.write("e", "{}\n").string()};
  scratch_.write("rules/b.yml", "title: b\nid: b\ndetection: {s: {f: v}, condition: t}\n");
  EXPECT_EQ(run(options), cli::kExitRefused);
  EXPECT_THAT(out_, HasSubstr("1 read"));
}

}  // namespace
}  // namespace riposte
