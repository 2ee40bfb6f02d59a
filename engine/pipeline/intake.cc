#include "engine/pipeline/intake.h"

#include <utility>

#include <fmt/format.h>

#include "engine/base/crash_point.h"
#include "engine/base/log.h"

namespace riposte {
namespace {

using Steady = std::chrono::steady_clock;

constexpr const char* kNothingToRead = "the source has given nothing to read yet; its log says why";

}  // namespace

Intake::Intake(Source& source, Records& records, std::vector<Worker*> workers, IntakeLimits limits,
               Metrics& metrics, std::function<void(Error)> on_failure)
    : source_(source),
      records_(records),
      workers_(std::move(workers)),
      limits_(limits),
      on_failure_(std::move(on_failure)),
      paused_gauge_(metrics.gauge("riposte_intake_paused", "1 while no records are taken in")),
      thread_([this](const std::stop_token& stop) { work(stop); }) {}

Intake::~Intake() { stop(); }

void Intake::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

std::string Intake::standstill() const {
  std::scoped_lock lock(standstill_mutex_);
  return standstill_;
}

void Intake::say(std::string standstill) {
  std::scoped_lock lock(standstill_mutex_);
  standstill_ = std::move(standstill);
}

std::size_t Intake::worker_of(Partition partition) const {
  return static_cast<std::size_t>(partition.value()) % workers_.size();
}

void Intake::work(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    if (const auto done = turn(stop); !done) {
      if (stop.stop_requested()) return;
      log::error("intake failed", {{"error", done.error().text()}});
      return on_failure_(done.error());
    }
  }
}

Result<void> Intake::turn(const std::stop_token& stop) {
  look_for_obstacles();
  offer_held();
  auto events = source_.poll(kPollTimeout);
  if (events) {
    crash_point("consume.after_poll");
    if (obstacle_.empty() && held_.empty()) say(streams_.empty() && events->empty() ? kNothingToRead : "");
    return hand_out(std::move(*events), stop);
  }
  if (events.error().code != Errc::unavailable) return std::unexpected(std::move(events).error());
  say(events.error().text());
  if (!stop.stop_requested()) std::this_thread::sleep_for(kRetryInterval);
  return {};
}

/// A new stream needs a durable number; a full disk makes it wait.
Result<Partition> Intake::number(const StreamId& stream, const std::stop_token& stop) {
  for (;;) {
    auto partition = records_.partition_of(stream);
    if (partition || partition.error().code != Errc::unavailable || stop.stop_requested()) return partition;
    say(partition.error().text());
    std::this_thread::sleep_for(kRetryInterval);
  }
}

Result<void> Intake::hand_out(std::vector<SourceEvent> events, const std::stop_token& stop) {
  const auto post = [&](const StreamId& stream, Message message) {
    const std::size_t worker = worker_of(streams_.at(stream));
    flush(worker);
    workers_[worker]->post(std::move(message));
  };
  for (SourceEvent& event : events) {
    if (auto* run = std::get_if<RecordRun>(&event)) {
      const auto stream = streams_.find(run->stream());
      if (stream != streams_.end()) gathering_[worker_of(stream->second)].runs.push_back(std::move(*run));
    } else if (auto* assigned = std::get_if<Assigned>(&event)) {
      const Partition partition = TRY(number(assigned->stream, stop));
      crash_point("rebalance.in_assign");
      streams_[assigned->stream] = partition;
      log::info("reading", {{"stream", assigned->stream.value()}, {"from", assigned->start.value()}});
      post(assigned->stream, AssignStream{assigned->stream, partition});
      if (!obstacle_.empty()) source_.pause(assigned->stream);
    } else if (auto* revoked = std::get_if<Revoked>(&event)) {
      if (!streams_.contains(revoked->stream)) continue;
      let_go(revoked->stream, stop);
    } else if (auto* exhausted = std::get_if<Exhausted>(&event)) {
      if (!streams_.contains(exhausted->stream)) continue;
      log::info("read to its end", {{"stream", exhausted->stream.value()}});
      post(exhausted->stream, EndStream{exhausted->stream});
    }
  }
  for (std::size_t worker = 0; worker < workers_.size(); ++worker) flush(worker);
  return {};
}

/// The next owner, perhaps this engine again, starts at the stored position: so everything that has been
/// handed out must be stored first, and what has not been handed out is forgotten.
void Intake::let_go(const StreamId& stream, const std::stop_token& stop) {
  log::info("no longer reading", {{"stream", stream.value()}});
  const std::size_t worker = worker_of(streams_.at(stream));
  flush(worker);
  if (const auto held = held_.find(worker); held != held_.end())
    std::erase_if(held->second.batch.runs, [&](const RecordRun& run) { return run.stream() == stream; });
  const auto done = std::make_shared<std::latch>(1);
  workers_[worker]->post(RevokeStream{stream, done});
  streams_.erase(stream);
  const auto deadline = Steady::now() + kLetGoMax;
  while (!done->try_wait() && Steady::now() < deadline && !stop.stop_requested())
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

/// Hands a worker what was gathered for it. What it has no room for is held, in order, and its streams pause.
void Intake::flush(std::size_t worker) {
  const auto gathered = gathering_.find(worker);
  if (gathered == gathering_.end()) return;
  RecordBatch batch = std::move(gathered->second);
  gathering_.erase(gathered);
  if (const auto held = held_.find(worker); held != held_.end()) {
    std::ranges::move(batch.runs, std::back_inserter(held->second.batch.runs));
    return;
  }
  if (workers_[worker]->post_records(batch, kPatience)) return;
  Held held{std::move(batch), {}, Steady::now()};
  for (const auto& [stream, partition] : streams_) {
    if (worker_of(partition) != worker) continue;
    source_.pause(stream);
    held.streams.insert(stream);
  }
  log::info("a worker is full, its streams pause", {{"worker", static_cast<std::int64_t>(worker)}});
  paused_gauge_.set(1);
  held_.emplace(worker, std::move(held));
}

void Intake::offer_held() {
  for (auto held = held_.begin(); held != held_.end();) {
    const bool rested = Steady::now() - held->second.since >= kPauseMin;
    if (!rested || !workers_[held->first]->post_records(held->second.batch, std::chrono::milliseconds(0))) {
      ++held;
      continue;
    }
    if (obstacle_.empty())
      for (const StreamId& stream : held->second.streams)
        if (streams_.contains(stream)) source_.resume(stream);
    held = held_.erase(held);
    paused_gauge_.set(held_.empty() && obstacle_.empty() ? 0 : 1);
  }
}

/// Going on wants more than stopping did: what comes and goes must not make the streams flutter.
std::string Intake::obstacle() const {
  const bool stopped = !obstacle_.empty();
  const auto free = records_.free_bytes();
  if (free && *free < (stopped ? 2 * limits_.free_bytes_min : limits_.free_bytes_min))
    return fmt::format("the disk has less than {} bytes of room (limits.free_disk_bytes)",
                       limits_.free_bytes_min);
  std::size_t open = 0;
  for (const Worker* worker : workers_) open += worker->open_actions();
  if (open > (stopped ? limits_.open_actions_max / 10 * 9 : limits_.open_actions_max))
    return fmt::format("more than {} actions are open (limits.open_actions): approve, reject or cancel some",
                       limits_.open_actions_max);
  return {};
}

void Intake::look_for_obstacles() {
  std::string found = obstacle();
  if (found == obstacle_) return;
  const bool was_clear = obstacle_.empty();
  obstacle_ = std::move(found);
  if (was_clear || obstacle_.empty()) set_paused(!obstacle_.empty());
  say(obstacle_);
  if (obstacle_.empty())
    log::info("intake goes on");
  else
    log::warning("intake pauses", {{"reason", obstacle_}});
}

void Intake::set_paused(bool paused) {
  for (const auto& [stream, partition] : streams_) {
    const auto held = held_.find(worker_of(partition));
    if (paused)
      source_.pause(stream);
    else if (held == held_.end())
      source_.resume(stream);
  }
  paused_gauge_.set(paused || !held_.empty() ? 1 : 0);
}

}  // namespace riposte
