#include "engine/pipeline/letter_carrier.h"

#include <condition_variable>
#include <mutex>

#include "engine/base/crash_point.h"
#include "engine/base/log.h"

namespace riposte {

LetterCarrier::LetterCarrier(Records& records, DeadLetterSink& sink, Metrics& metrics)
    : records_(records),
      sink_(sink),
      delivered_(
          metrics.counter("riposte_dead_letters_delivered_total", "Dead letters handed to their place")),
      thread_([this](const std::stop_token& stop) { work(stop); }) {}

LetterCarrier::~LetterCarrier() { stop(); }

void LetterCarrier::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void LetterCarrier::work(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any rest;
  bool troubled = false;
  while (!stop.stop_requested()) {
    const auto more = trip();
    if (!more && !troubled)
      log::warning("dead letters cannot be delivered yet", {{"error", more.error().text()}});
    troubled = !more;
    if (more && *more) continue;
    std::unique_lock lock(mutex);
    rest.wait_for(lock, stop, more ? kInterval : kRetryInterval, [] { return false; });
  }
  // What the last records brought is delivered before the end, if the place is there.
  (void)trip();
}

Result<bool> LetterCarrier::trip() {
  auto stored = TRY(records_.dead_letters(kLettersPerTrip));
  if (stored.empty()) return false;
  std::vector<DeadLetter> letters;
  std::vector<std::string> keys;
  for (StoredDeadLetter& each : stored) {
    letters.push_back(std::move(each.letter));
    keys.push_back(std::move(each.key));
  }
  TRY(sink_.deliver(letters));
  crash_point("dlq.after_produce");
  TRY(records_.acknowledge(keys));
  delivered_.add(static_cast<double>(letters.size()));
  return true;
}

}  // namespace riposte
