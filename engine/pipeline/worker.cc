#include "engine/pipeline/worker.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "engine/base/crash_point.h"
#include "engine/base/log.h"

namespace riposte {
namespace {

std::size_t weight_of(const RecordBatch& batch) {
  /// What a record costs besides its bytes.
  constexpr std::size_t kOverhead = 128;
  std::size_t bytes = 1;
  for (const RecordRun& run : batch.runs) bytes += run.bytes() + run.size() * kOverhead;
  return bytes;
}

}  // namespace

Worker::Worker(WorkerContext context, std::vector<PartitionState> partitions)
    : context_(std::move(context)),
      detector_(context_.limits, context_.policy, context_.actions),
      round_metrics_(context_.metrics) {
  for (PartitionState& state : partitions) {
    const Partition id = state.id();
    open_actions_ += state.open_count();
    partitions_.emplace(id, std::move(state));
  }
  thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

Worker::~Worker() { stop(); }

bool Worker::post_records(RecordBatch& batch, std::chrono::milliseconds timeout) {
  const std::size_t weight = weight_of(batch);
  Message message = std::move(batch);
  if (mailbox_.push_for(message, weight, timeout)) return true;
  batch = std::move(std::get<RecordBatch>(message));
  return false;
}

void Worker::post(Message message) { mailbox_.push_unbounded(std::move(message)); }

void Worker::stop() {
  thread_.request_stop();
  mailbox_.close();
  if (thread_.joinable()) thread_.join();
}

std::chrono::microseconds Worker::wait_time() {
  std::chrono::microseconds wait = kIdleWaitMax;
  const WallTime now = context_.clock.now();
  for (const auto& [id, state] : partitions_) {
    if (state.waiting()) return kBusyWait;
    if (const auto due = state.next_due())
      wait = std::clamp<std::chrono::microseconds>(*due - now, kBusyWait, wait);
  }
  return wait;
}

void Worker::work(const std::stop_token& stop) {
  context_.doors.wait();
  Result<void> going;
  while (going && !(stop.stop_requested() && mailbox_.size() == 0)) {
    auto messages = mailbox_.pop_all(wait_time());
    const WallTime now = context_.clock.now();
    const auto rules = context_.rules.read();
    for (Message& message : messages) {
      going = take(std::move(message), *rules, now);
      if (!going) break;
    }
    if (going) going = finish_round(now);
  }
  if (going) going = finish_round(context_.clock.now(), true);
  if (!going && !stop.stop_requested()) context_.on_failure(going.error());
  for (Reply& reply : replies_) reply.promise.set_value(fail(Errc::unavailable, "the engine is stopping"));
}

Result<void> Worker::take(Message message, const RuleSet& rules, WallTime now) {
  if (auto* batch = std::get_if<RecordBatch>(&message)) return take_records(*batch, rules, now);
  if (auto* assigned = std::get_if<AssignStream>(&message)) {
    TRY(partition(assigned->partition));
    streams_[assigned->stream] = assigned->partition;
  } else if (auto* revoked = std::get_if<RevokeStream>(&message)) {
    streams_.erase(revoked->stream);
    TRY(finish_round(now, true));
    revoked->done->count_down();
  } else if (std::holds_alternative<EndStream>(message)) {
    return finish_round(now, true);
  } else if (auto* answer = std::get_if<Answer>(&message)) {
    crash_point("result.received");
    take_answer(*TRY(partition(answer->partition)), *answer, now);
  } else if (auto* connected = std::get_if<HostConnected>(&message)) {
    for (auto& [id, state] : partitions_) state.host_connected(connected->host);
  } else if (auto* ask = std::get_if<Ask>(&message)) {
    take_ask(std::move(*ask), now);
  }
  return {};
}

void Worker::take_answer(PartitionState& state, const Answer& answer, WallTime now) {
  if (answer.fact)
    state.answer(answer.action, *answer.fact, now, context_.slots);
  else
    state.owe_again(answer.action);
}

Result<void> Worker::take_records(const RecordBatch& batch, const RuleSet& rules, WallTime now) {
  for (const RecordRun& run : batch.runs) TRY(take_run(run, rules, now));
  return {};
}

Result<void> Worker::take_run(const RecordRun& run, const RuleSet& rules, WallTime now) {
  const auto stream = streams_.find(run.stream());
  // It was fetched before its stream was taken away: whoever has the stream now reads it again.
  if (stream == streams_.end()) return {};
  PartitionState& state = *TRY(partition(stream->second));
  for (std::size_t i = 0; i < run.size(); ++i) {
    TRY(take_record(state, run[i], rules, now));
    if (rows_in_round_ >= kRowsPerRound) TRY(finish_round(now));
  }
  return {};
}

Result<void> Worker::take_record(PartitionState& state, const RecordView& record, const RuleSet& rules,
                                 WallTime now) {
  Detection detection = detector_.detect(record, rules, now);
  crash_point("match.done");
  round_metrics_.count_record(detection.matches.size());
  const std::size_t before = state.pending_rows();
  TRY(state.absorb(std::move(detection), now));
  rows_in_round_ += state.pending_rows() - before;
  return {};
}

void Worker::take_ask(Ask ask, WallTime now) {
  const auto state = partition(ask.partition);
  Result<Action> answer = state ? fulfil(**state, ask, now) : Result<Action>(std::unexpected(state.error()));
  replies_.push_back({std::move(ask.reply), std::move(answer)});
}

Result<Action> Worker::fulfil(PartitionState& partition, const Ask& ask, WallTime now) {
  if (const auto* proposed = std::get_if<Proposed>(&ask.wish)) return partition.submit(*proposed, now);
  const auto& decided = std::get<Decided>(ask.wish);
  if (!ask.refusal) return partition.decide(ask.action, decided, now);
  if (const auto action = TRY(context_.records.find(ask.action)))
    partition.note_refusal(*action, decided, ask.refusal->what, now);
  return std::unexpected(*ask.refusal);
}

Result<PartitionState*> Worker::partition(Partition id) {
  if (const auto found = partitions_.find(id); found != partitions_.end()) return &found->second;
  auto loaded = TRY(PartitionState::load(id, context_.records, context_.claims));
  return &partitions_.emplace(id, std::move(loaded)).first->second;
}

void Worker::tell_metrics(std::span<const Commit> commits) {
  round_metrics_.count(commits);
  std::size_t open = 0;
  for (auto& [id, state] : partitions_) {
    open += state.open_count();
    round_metrics_.set(id, {state.open_count(), state.in_doubt_count(), state.away_count()});
    round_metrics_.report(state.held_back());
  }
  open_actions_ = open;
}

std::vector<Action> Worker::bound_rows(std::span<const Commit> commits) const {
  std::vector<Action> bound;
  if (!context_.recorded) return bound;
  for (const Commit& commit : commits)
    std::ranges::copy_if(commit.rows, std::back_inserter(bound),
                         [](const Action& row) { return !bound_host_of(row).empty(); });
  return bound;
}

Result<void> Worker::finish_round(WallTime now, bool flush) {
  for (auto& [id, state] : partitions_) state.advance(now, context_.slots);
  std::vector<Commit> commits;
  for (auto& [id, state] : partitions_) commits.push_back(state.take_commit(now, flush));
  crash_point("batch.built");
  rows_in_round_ = 0;
  tell_metrics(commits);
  std::vector<StreamPosition> positions;
  for (const Commit& commit : commits)
    if (commit.position) positions.push_back(*commit.position);
  const std::vector<Action> bound = bound_rows(commits);
  if (auto durable = context_.committer.commit(std::move(commits)); !durable) return durable;
  crash_point("log.after_commit_before_ack");
  for (const StreamPosition& position : positions) context_.committed(position.stream, position.next);
  for (const Action& action : bound) context_.recorded(action);
  for (auto& [id, state] : partitions_)
    for (Effect& effect : state.take_effects())
      if (!context_.run(effect)) state.give_back(effect);
  if (!replies_.empty()) crash_point("decision.after_log");
  for (Reply& reply : std::exchange(replies_, {})) reply.promise.set_value(std::move(reply.answer));
  return {};
}

}  // namespace riposte
