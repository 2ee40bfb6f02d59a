#include "connectors/kafka/source.h"

#include <utility>

#include "connectors/kafka/consumer.h"
#include "engine/base/log.h"

namespace riposte {

Result<std::unique_ptr<KafkaSource>> KafkaSource::open(KafkaOptions options, PositionLookup lookup) {
  auto consumer = std::make_unique<Consumer>(std::move(options), std::move(lookup));
  TRY_DOING("opening the Kafka source", consumer->join());
  return std::unique_ptr<KafkaSource>(new KafkaSource(std::move(consumer)));
}

KafkaSource::KafkaSource(std::unique_ptr<Consumer> consumer) : consumer_(std::move(consumer)) {}

KafkaSource::~KafkaSource() {
  if (consumer_->leave()) return;
  log::warning("Kafka: the group did not let go in time; its client is left to the end of the process");
  [[maybe_unused]] Consumer* const left = consumer_.release();
}

Result<std::vector<SourceEvent>> KafkaSource::poll(std::chrono::milliseconds timeout) {
  return consumer_->poll(timeout);
}

void KafkaSource::pause(const StreamId& stream) { consumer_->set_paused(stream, true); }

void KafkaSource::resume(const StreamId& stream) { consumer_->set_paused(stream, false); }

void KafkaSource::committed(const StreamId& stream, Offset next) { consumer_->committed(stream, next); }

}  // namespace riposte
