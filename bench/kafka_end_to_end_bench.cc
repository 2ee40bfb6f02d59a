// Events per second from a real broker: the whole engine against a bare librdkafka consumer of the same
// topic.
//
// One event in a hundred orders an action. Of each pass it is checked that every record and byte came, and of
// the engine's that each of those orders brought one call that was on record, nothing else did, and all
// positions are durable.

#include <filesystem>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "bench/bare_consumer.h"
#include "bench/engine_under_test.h"
#include "bench/feed.h"
#include "bench/observed_source.h"
#include "bench/program.h"
#include "connectors/kafka/position.h"
#include "connectors/kafka/source.h"
#include "engine/pipeline/detector.h"
#include "engine/store/action_store.h"
#include "tests/support/kafka_broker.h"
#include "tests/support/temporary_directory.h"

namespace riposte::bench {
namespace {

using std::chrono::milliseconds;

constexpr int kPartitions = 4;
/// Each block of so many events goes to one partition.
constexpr std::uint64_t kBlock = 1000;
/// The last of so many events orders an action. It is the last of its block, too, so that the commit of the
/// last one makes the partition's end durable at once.
constexpr std::uint64_t kEventsPerAction = 100;
static_assert(kBlock % kEventsPerAction == 0);
constexpr std::uint64_t kEvents = 200'000;
constexpr std::uint64_t kSmokeEvents = 8'000;
static_assert(kEvents % (kBlock * kPartitions) == 0 && kSmokeEvents % (kBlock * kPartitions) == 0);
/// Verification is not what is measured.
constexpr Duration kVerifyAfter = std::chrono::hours(1);
constexpr milliseconds kPassLimit{120'000};
constexpr milliseconds kFlushLimit{120'000};
constexpr std::uint64_t kFlushEvery = 20'000;

/// Everything as the engine's users get it.
const KafkaProperties kOurSettings{};
/// How much is fetched ahead is left to librdkafka: an empty value takes our default back.
const KafkaProperties kStockFetching{{"queued.min.messages", ""},
                                     {"queued.max.messages.kbytes", ""},
                                     {"fetch.message.max.bytes", ""},
                                     {"fetch.max.bytes", ""}};

/// A broker with one topic full of events.
class Topic {
 public:
  Topic(const Feed& feed, std::uint64_t events) : feed_(feed), events_(events) {
    broker_.create_topic(kName, kPartitions, {{"segment.bytes", "268435456"}});
    test::KafkaProducer producer(broker_.bootstrap(), {{"compression.type", "lz4"}, {"linger.ms", "20"}});
    for (std::uint64_t number = 0; number < events; ++number) {
      const std::string event = feed.event(number, orders(number));
      producer.produce(kName, partition_of(number), {}, event);
      bytes_ += event.size();
      if (number % kFlushEvery == 0) producer.flush(kFlushLimit);
    }
    producer.flush(kFlushLimit);
  }

  /// Every pass is a group of its own, which has read nothing yet.
  KafkaOptions options(KafkaProperties properties) {
    return {.brokers = broker_.bootstrap(),
            .topics = {kName},
            .group = fmt::format("pass-{}", ++passes_),
            .properties = std::move(properties)};
  }
  std::uint64_t events() const { return events_; }

  /// What these rules must order, and nothing else.
  RecordingHands::Orders wanted(const ExampleRules& rules) const {
    const Policy policy;
    Detector detector({}, policy, rules.actions);
    RecordingHands::Orders wanted;
    for (std::uint64_t number = kEventsPerAction - 1; number < events_; number += kEventsPerAction) {
      const Offset offset(
          static_cast<std::int64_t>(number / (kBlock * kPartitions) * kBlock + number % kBlock));
      const Record record{kafka::stream_of(kName, partition_of(number)), offset, Offset(offset.value() + 1),
                          feed_.event(number, true)};
      const Detection detection = detector.detect(view_of(record), *rules.rules, {});
      for (const Proposed& proposed : detection.proposals) wanted.insert(proposed.request.id);
    }
    if (wanted.size() != events_ / kEventsPerAction)
      throw std::runtime_error("not every event that is to order an action does, each its own");
    return wanted;
  }

  void check(const Reading& reading) const {
    if (reading.records != events_ || reading.bytes != bytes_)
      throw std::runtime_error(fmt::format("{} records with {} bytes instead of {} with {}", reading.records,
                                           reading.bytes, events_, bytes_));
  }

 private:
  static constexpr const char* kName = "detections";
  static bool orders(std::uint64_t number) { return number % kEventsPerAction == kEventsPerAction - 1; }
  static std::int32_t partition_of(std::uint64_t number) {
    return static_cast<std::int32_t>(number / kBlock % kPartitions);
  }

  const Feed& feed_;
  test::KafkaBroker broker_;
  const std::uint64_t events_;
  std::uint64_t bytes_ = 0;
  int passes_ = 0;
};

/// The rules of one workload, and what they must order.
struct Asked {
  ExampleRules rules;
  RecordingHands::Orders orders;
};

Reading bare_pass(Topic& topic, const KafkaProperties& properties) {
  const Reading reading = read_bare(topic.options(properties), kPartitions, topic.events());
  topic.check(reading);
  return reading;
}

std::unique_ptr<KafkaSource> open_source(Topic& topic, ActionStore& store) {
  auto source = KafkaSource::open(topic.options(kOurSettings),
                                  [&](const StreamId& stream) { return store.position(stream); });
  if (!source) throw std::runtime_error(source.error().text());
  return *std::move(source);
}

Reading engine_pass(Topic& topic, const Asked& asked) {
  const test::TemporaryDirectory directory;
  const auto store = ActionStore::open(directory.path());
  if (!store) throw std::runtime_error(store.error().text());
  const auto source = open_source(topic, **store);
  ObservedSource observed(*source, topic.events());
  RecordingHands hands(**store);
  EngineUnderTest engine(**store, observed, asked.rules, hands, kVerifyAfter);
  const Reading reading = observed.wait_for_the_end(kPassLimit);
  topic.check(reading);
  if (!hands.wait_for(asked.orders.size(), kPassLimit) || hands.orders() != asked.orders)
    throw std::runtime_error("not one call for every order");
  if (const std::string complaint = engine.complaint(); !complaint.empty())
    throw std::runtime_error(complaint);
  return reading;
}

struct Totals {
  Seconds time{};
  Seconds cpu{};
  void add(const Reading& reading) {
    time += reading.time;
    cpu += reading.cpu;
  }
};

/// They take turns, and who comes first changes from turn to turn.
void engine_against_bare_consumer(benchmark::State& state, Topic& topic, const Asked& asked) {
  Totals engine;
  Totals bare;
  Totals stock;
  std::uint64_t turns = 0;
  const auto read_plainly = [&] {
    bare.add(bare_pass(topic, kOurSettings));
    stock.add(bare_pass(topic, kStockFetching));
  };
  while (state.KeepRunning()) {
    const bool engine_first = turns++ % 2 == 0;
    if (!engine_first) read_plainly();
    const Reading reading = engine_pass(topic, asked);
    if (engine_first) read_plainly();
    engine.add(reading);
    state.SetIterationTime(reading.time.count());
  }
  const auto events = static_cast<double>(topic.events() * turns);
  state.counters["events/s"] = events / engine.time.count();
  state.counters["bare_events/s"] = events / bare.time.count();
  state.counters["stock_events/s"] = events / stock.time.count();
  state.counters["ratio"] = bare.time / engine.time;
  state.counters["stock_ratio"] = stock.time / engine.time;
  state.counters["cpu_us/event"] = microseconds(engine.cpu) / events;
  state.counters["bare_cpu_us/event"] = microseconds(bare.cpu) / events;
  state.counters["cpu_ratio"] = bare.cpu / engine.cpu;
}

}  // namespace
}  // namespace riposte::bench

int main(int argc, char** argv) {
  using namespace riposte::bench;
  if (const auto why = riposte::test::why_no_broker()) return skip_program(*why);
  std::unique_ptr<Feed> feed;
  std::unique_ptr<Topic> topic;
  return run_program(argc, argv, [&](bool smoke) {
    feed = make_feed(smoke);
    topic = std::make_unique<Topic>(*feed, smoke ? kSmokeEvents : kEvents);
    for (const std::size_t count : feed->rule_counts()) {
      ExampleRules rules = feed->rules(count);
      const Asked asked{rules, topic->wanted(rules)};
      add_workload(
          fmt::format("kafka_end_to_end/rules:{}", rules.rules->size()).c_str(),
          [&topic, asked](benchmark::State& state) { engine_against_bare_consumer(state, *topic, asked); })
          ->Unit(benchmark::kMillisecond)
          ->Iterations(smoke ? 1 : 2);
    }
  });
}
