#include <array>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/kafka/source.h"
#include "tests/integration/mock_cluster.h"
#include "tests/support/source_reading.h"

namespace riposte::test {

namespace {

using testing::AllOf;
using testing::HasSubstr;

const StreamId kFirstStream("kafka:" + kTopicName + "/0");

/// A cluster of its own with one source that is about to join it.
struct Scene {
  explicit Scene(const KafkaProperties& properties = {}, int partitions = 1, std::int64_t group_offset = -1,
                 bool accept_lost_position = false)
      : cluster(partitions), joining([&] {
          if (group_offset >= 0) cluster.commit_as_group("engine", group_offset);
          KafkaOptions options = options_for(cluster, "engine", properties);
          options.event_bytes_max = 100;
          options.accept_lost_position = accept_lost_position;
          return options;
        }()) {}

  MockCluster cluster;
  JoiningSource joining;
};

/// All scenes at once, so that their groups are joined at the same time.
class MockedKafkaTest : public testing::Test {
 protected:
  struct Scenes {
    Scene plain, flaky, stray, slow_store, shared{{}, 4}, lost, ahead{{}, 1, 5}, accepted{{}, 1, 5, true};
    Scene fenced{{{"group.instance.id", "one"}}}, committing, hard_start, crowded;
    Scene slow_reader{{{"queued.min.messages", "20"}}};
  };
  static void SetUpTestSuite() { scenes = std::make_unique<Scenes>(); }
  static void TearDownTestSuite() { scenes.reset(); }

  /// The first error that poll() gives.
  static Error first_error(Source& source) {
    const Deadline deadline = Deadline::after(kSourcePatience);
    while (deadline.left() > Duration::zero()) {
      auto events = source.poll(std::chrono::milliseconds(50));
      if (!events) return events.error();
    }
    return {Errc::invalid, "no error came", {}};
  }

  static inline std::unique_ptr<Scenes> scenes;
  Received received_;
};

/// Position and result of every partition, as the store keeps them: shared by two engines here.
struct SharedStore {
  std::map<StreamId, Offset> positions;
  std::map<StreamId, std::vector<std::string>> dealt_with;

  PositionLookup lookup() {
    return [this](const StreamId& stream) -> Result<std::optional<Offset>> {
      const auto found = positions.find(stream);
      return found == positions.end() ? std::nullopt : std::optional(found->second);
    };
  }
  std::size_t total() const {
    std::size_t count = 0;
    for (const auto& [stream, records] : dealt_with) count += records.size();
    return count;
  }
};

/// One engine: deals with what it polls at once, and drops what is not its own.
struct Member {
  Member(JoiningSource joining, SharedStore& shared) : source(joining.take(shared.lookup())), store(shared) {}

  std::unique_ptr<KafkaSource> source;
  SharedStore& store;
  std::map<StreamId, Offset> next;

  void poll() {
    auto events = source->poll(std::chrono::milliseconds(5));
    ASSERT_TRUE(events.has_value()) << events.error().text();
    for (SourceEvent& event : *events) {
      if (const auto* assigned = std::get_if<Assigned>(&event)) next[assigned->stream] = assigned->start;
      if (const auto* revoked = std::get_if<Revoked>(&event)) next.erase(revoked->stream);
      if (const auto* run = std::get_if<RecordRun>(&event))
        for (std::size_t i = 0; i < run->size(); ++i) deal_with((*run)[i]);
    }
  }
  void deal_with(const RecordView& record) {
    ASSERT_TRUE(next.contains(record.stream)) << record.stream.value() << " is not ours";
    ASSERT_GE(record.offset, next[record.stream]);
    next[record.stream] = record.next;
    store.positions[record.stream] = record.next;
    store.dealt_with[record.stream].emplace_back(record.bytes);
    source->committed(record.stream, record.next);
  }
};

}  // namespace

TEST_F(MockedKafkaTest, GivesTombstonesAsEmptyAndMarksWhatIsTooLarge) {
  auto& [cluster, joining] = scenes->plain;
  KafkaProducer producer(cluster.bootstrap());
  producer.produce(kTopicName, 0, "key", std::nullopt);
  producer.produce(kTopicName, 0, "key", std::string(101, 'x'));
  producer.produce(kTopicName, 0, "key", std::string(100, 'y'));
  producer.flush();
  const auto source = joining.take(nothing_stored());
  ASSERT_NO_FATAL_FAILURE(poll_until(received_, *source, records(3)));
  EXPECT_EQ(received_.assigned.at(0).start, Offset(0));
  EXPECT_EQ(received_.records[0].bytes, "");
  EXPECT_TRUE(received_.records[1].oversize);
  EXPECT_EQ(received_.records[1].bytes.size(), 101U);
  EXPECT_FALSE(received_.records[2].oversize);
}

TEST_F(MockedKafkaTest, SurvivesErrorsAndAnAbsentBroker) {
  auto& [cluster, joining] = scenes->flaky;
  const auto source = joining.take(nothing_stored());
  cluster.produce(0, numbered(0, 50));
  cluster.fail(kFetch, {RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR__TRANSPORT,
                        RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR});
  ASSERT_NO_FATAL_FAILURE(poll_until(received_, *source, records(50)));
  cluster.set_down(true);
  const Error absent = first_error(*source);
  EXPECT_EQ(absent.code, Errc::unavailable);
  EXPECT_THAT(absent.what, AllOf(HasSubstr(cluster.bootstrap()), HasSubstr("can be reached")));
  cluster.set_down(false);
  const Deadline back = Deadline::after(kSourcePatience);
  while (!source->poll(std::chrono::milliseconds(50))) ASSERT_GT(back.left(), Duration::zero());
  cluster.produce(0, numbered(50, 100));
  ASSERT_NO_FATAL_FAILURE(poll_until(received_, *source, records(100)));
  EXPECT_EQ(received_.bytes(), numbered(0, 100));
}

TEST_F(MockedKafkaTest, TakesPartitionsAnewWhenTheBrokerWronglyCallsAPositionOutOfRange) {
  auto& [cluster, joining] = scenes->stray;
  SharedStore store;
  Member member(std::move(joining), store);
  cluster.produce(0, numbered(0, 20));
  const Deadline deadline = Deadline::after(kSourcePatience);
  while (store.total() < 20 && deadline.left() > Duration::zero()) ASSERT_NO_FATAL_FAILURE(member.poll());
  cluster.fail(kFetch, {RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE});
  cluster.produce(0, numbered(20, 40));
  while (store.total() < 40 && deadline.left() > Duration::zero()) ASSERT_NO_FATAL_FAILURE(member.poll());
  EXPECT_EQ(store.dealt_with[kFirstStream], numbered(0, 40));
}

TEST_F(MockedKafkaTest, GivesTheErrorOfALookupAndTriesAgain) {
  auto& [cluster, joining] = scenes->slow_store;
  cluster.produce(0, numbered(0, 10));
  int asked = 0;
  const auto source = joining.take([&](const StreamId&) -> Result<std::optional<Offset>> {
    if (++asked == 1) return fail(Errc::unavailable, "the store is busy");
    return Offset(4);
  });
  const Error error = first_error(*source);
  EXPECT_EQ(error.code, Errc::unavailable);
  EXPECT_THAT(error.text(), HasSubstr("the store is busy"));
  ASSERT_NO_FATAL_FAILURE(poll_until(received_, *source, records(6)));
  EXPECT_EQ(received_.bytes(), numbered(4, 10));
}

TEST_F(MockedKafkaTest, KeepsAskingWhileTheBrokerCannotSayWhereToStart) {
  auto& [cluster, joining] = scenes->hard_start;
  cluster.fail(kOffsetFetch, {RD_KAFKA_RESP_ERR_UNKNOWN});
  cluster.produce(0, numbered(0, 10));
  const auto source = joining.take(nothing_stored());
  ASSERT_NO_FATAL_FAILURE(poll_until(received_, *source, records(10)));
  EXPECT_EQ(received_.bytes(), numbered(0, 10));
}

TEST_F(MockedKafkaTest, StopsForEverWhenTheStoredPositionIsNotInTheTopic) {
  auto& [cluster, joining] = scenes->lost;
  cluster.produce(0, numbered(0, 3));
  const auto source = joining.take(stored_at(Offset(1200)));
  for (int i = 0; i < 2; ++i) {
    const Error error = first_error(*source);
    EXPECT_EQ(error.code, Errc::corrupt);
    EXPECT_THAT(error.text(),
                HasSubstr("kafka:detections/0: position 1200 is not in the topic (low 0, high 3)"));
  }
}

TEST_F(MockedKafkaTest, StopsWhenTheGroupHasGoneFurtherThanTheStore) {
  auto& [cluster, joining] = scenes->ahead;
  cluster.produce(0, numbered(0, 10));
  const auto source = joining.take(stored_at(Offset(3)));
  const Error error = first_error(*source);
  EXPECT_EQ(error.code, Errc::corrupt);
  EXPECT_THAT(error.text(), HasSubstr("the consumer group has already committed 5"));
}

TEST_F(MockedKafkaTest, GoesOnWhereTheGroupWasWhenAPersonAcceptsTheLoss) {
  auto& [cluster, joining] = scenes->accepted;
  cluster.produce(0, numbered(0, 10));
  const auto source = joining.take(nothing_stored());
  ASSERT_NO_FATAL_FAILURE(poll_until(received_, *source, records(5)));
  EXPECT_EQ(received_.bytes(), numbered(5, 10));
}

TEST_F(MockedKafkaTest, StopsForEverWhenAnotherInstanceTookItsPlace) {
  auto& [cluster, joining] = scenes->fenced;
  const auto source = joining.take(nothing_stored());
  ASSERT_NO_FATAL_FAILURE(poll_until(received_, *source, is_assigned));
  cluster.fail(kHeartbeat, {RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID});
  for (int i = 0; i < 2; ++i) {
    const Error error = first_error(*source);
    EXPECT_EQ(error.code, Errc::fenced);
    EXPECT_THAT(error.text(), HasSubstr("group.instance.id"));
  }
}

TEST_F(MockedKafkaTest, TellsTheGroupWhatIsDurableWhenItCloses) {
  auto& [cluster, joining] = scenes->committing;
  cluster.produce(0, numbered(0, 10));
  auto source = joining.take(nothing_stored());
  ASSERT_NO_FATAL_FAILURE(poll_until(received_, *source, records(10)));
  EXPECT_LT(cluster.committed_by_group("engine"), 0) << "what was read is not yet durable";
  source->committed(kFirstStream, Offset(7));
  source.reset();
  EXPECT_EQ(cluster.committed_by_group("engine"), 7);
}

TEST_F(MockedKafkaTest, ClosesWhileFetchedRecordsWaitToBePolled) {
  auto& [cluster, joining] = scenes->crowded;
  cluster.produce(0, numbered(0, 5000));
  auto source = joining.take(nothing_stored());
  ASSERT_NO_FATAL_FAILURE(poll_until(received_, *source, records(1)));
  ASSERT_LT(received_.records.size(), 5000U);
  const Deadline deadline = Deadline::after(std::chrono::seconds(5));
  source.reset();
  EXPECT_GT(deadline.left(), Duration::zero());
}

TEST_F(MockedKafkaTest, FetchesOnWithoutARestWhenWhatWaitedHasBeenPolled) {
  auto& [cluster, joining] = scenes->slow_reader;
  for (int i = 0; i < 400; i += 10) cluster.produce(0, numbered(i, i + 10));
  const auto source = joining.take(nothing_stored());
  ASSERT_NO_FATAL_FAILURE(poll_until(received_, *source, records(1)));
  // Left to itself, librdkafka rests for a second whenever 20 records wait: for more than ten in all.
  const Deadline deadline = Deadline::after(std::chrono::seconds(5));
  while (received_.records.size() < 400 && deadline.left() > Duration::zero()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    ASSERT_NO_FATAL_FAILURE(poll_into(received_, *source, std::chrono::milliseconds(50)));
  }
  EXPECT_EQ(received_.bytes(), numbered(0, 400));
}

TEST_F(MockedKafkaTest, LosesAndRepeatsNothingWhenASecondMemberJoinsAndLeaves) {
  auto& [cluster, joining] = scenes->shared;
  SharedStore store;
  Member first(std::move(joining), store);
  Member second(JoiningSource(options_for(cluster, "engine")), store);
  const Deadline deadline = Deadline::after(kSourcePatience);
  int produced = 0;
  const auto feed_and_poll = [&] {
    for (std::int32_t partition = 0; partition < 4 && produced < 400; ++partition)
      cluster.produce(partition, numbered(produced, produced + 1));
    produced += produced < 400 ? 1 : 0;
    first.poll();
    if (second.source) second.poll();
  };
  while ((first.next.size() != 2 || second.next.size() != 2) && deadline.left() > Duration::zero())
    ASSERT_NO_FATAL_FAILURE(feed_and_poll());
  ASSERT_EQ(second.next.size(), 2U) << "range gives each member half of the partitions";
  for (int i = 0; i < 50; ++i) ASSERT_NO_FATAL_FAILURE(feed_and_poll());
  second.source.reset();
  while ((first.next.size() != 4 || produced < 400 || store.total() < 1600) &&
         deadline.left() > Duration::zero())
    ASSERT_NO_FATAL_FAILURE(feed_and_poll());
  ASSERT_EQ(store.dealt_with.size(), 4U);
  for (const auto& [stream, records_of_it] : store.dealt_with) EXPECT_EQ(records_of_it, numbered(0, 400));
}

}  // namespace riposte::test
