// Events per second from a real broker: the whole engine against a bare librdkafka consumer of the same
// topic.
//
// One event in a thousand matches a rule. Of each pass it is checked that every record and byte came, and of
// the engine's that every match brought one call that was on record, nothing else did, and all positions are
// durable.

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "bench/bare_consumer.h"
#include "bench/detections.h"
#include "bench/engine_under_test.h"
#include "bench/observed_source.h"
#include "bench/program.h"
#include "connectors/kafka/source.h"
#include "engine/store/action_store.h"
#include "tests/support/kafka_broker.h"
#include "tests/support/temporary_directory.h"

namespace riposte::bench {
namespace {

using std::chrono::milliseconds;

constexpr int kPartitions = 4;
/// Each block of so many events goes to one partition, and its last one matches a rule: so does the last of
/// every partition, and its commit makes the partition's end durable at once.
constexpr std::uint64_t kBlock = 1000;
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
  explicit Topic(std::uint64_t events) : events_(events) {
    broker_.create_topic(kName, kPartitions, {{"segment.bytes", "268435456"}});
    test::KafkaProducer producer(broker_.bootstrap(), {{"compression.type", "lz4"}, {"linger.ms", "20"}});
    for (std::uint64_t number = 0; number < events; ++number) {
      const bool matches = number % kBlock == kBlock - 1;
      const std::string event = matches ? cryptominer_detection(number) : quiet_detection(number);
      producer.produce(kName, static_cast<std::int32_t>(number / kBlock % kPartitions), {}, event);
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
  std::uint64_t matches() const { return events_ / kBlock; }

  void check(const Reading& reading) const {
    if (reading.records != events_ || reading.bytes != bytes_)
      throw std::runtime_error(fmt::format("{} records with {} bytes instead of {} with {}", reading.records,
                                           reading.bytes, events_, bytes_));
  }

 private:
  static constexpr const char* kName = "detections";
  test::KafkaBroker broker_;
  const std::uint64_t events_;
  std::uint64_t bytes_ = 0;
  int passes_ = 0;
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

Reading engine_pass(Topic& topic, const ExampleRules& rules) {
  const test::TemporaryDirectory directory;
  const auto store = ActionStore::open(directory.path());
  if (!store) throw std::runtime_error(store.error().text());
  const auto source = open_source(topic, **store);
  ObservedSource observed(*source, topic.events());
  RecordingHands hands(**store);
  EngineUnderTest engine(**store, observed, rules, hands, kVerifyAfter);
  const Reading reading = observed.wait_for_the_end(kPassLimit);
  topic.check(reading);
  if (!hands.wait_for(topic.matches(), kPassLimit) || hands.calls().size() != topic.matches())
    throw std::runtime_error("not one call for every match");
  for (std::uint64_t number = kBlock - 1; number < topic.events(); number += kBlock)
    if (!hands.calls().contains(static_cast<std::int64_t>(2000 + number)))
      throw std::runtime_error("a match brought no call");
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
void engine_against_bare_consumer(benchmark::State& state, Topic& topic, const ExampleRules& rules) {
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
    const Reading reading = engine_pass(topic, rules);
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
}

}  // namespace
}  // namespace riposte::bench

int main(int argc, char** argv) {
  using namespace riposte::bench;
  if (const auto why = riposte::test::why_no_broker()) return skip_program(*why);
  std::unique_ptr<Topic> topic;
  ExampleRules rules;
  return run_program(argc, argv, [&](bool smoke) {
    topic = std::make_unique<Topic>(smoke ? kSmokeEvents : kEvents);
    rules = load_example_rules();
    add_workload("kafka_end_to_end/one_match_in_1000",
                 [&](benchmark::State& state) { engine_against_bare_consumer(state, *topic, rules); })
        ->Unit(benchmark::kMillisecond)
        ->Iterations(smoke ? 1 : 2);
  });
}
