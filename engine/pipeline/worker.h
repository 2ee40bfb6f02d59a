/// The thread that owns some partitions: records, decisions and answers in; commits and effects out.
///
/// One round: take what has come, decide, make it durable, then act and answer. Nothing leaves before it is
/// on record. Threads: the post functions from any.
#pragma once

#include <atomic>
#include <future>
#include <latch>
#include <map>
#include <memory>
#include <thread>
#include <variant>
#include <vector>

#include "engine/base/bounded_queue.h"
#include "engine/base/clock.h"
#include "engine/base/latest.h"
#include "engine/pipeline/committer.h"
#include "engine/pipeline/dispatcher.h"
#include "engine/pipeline/partition_state.h"
#include "engine/pipeline/round_metrics.h"

namespace riposte {

/// From now on the records of this stream belong to this partition.
struct AssignStream {
  StreamId stream;
  Partition partition;
};
/// Its records that have come are dealt with first. `done` is counted down when their position is durable,
/// and only then may anybody ask where the stream starts again.
struct RevokeStream {
  StreamId stream;
  std::shared_ptr<std::latch> done;
};
/// The stream has no more: its position is worth a commit.
struct EndStream {
  StreamId stream;
};
struct RecordBatch {
  std::vector<RecordRun> runs;
};
/// A person's wish; the reply comes when it is durable.
struct Ask {
  Partition partition;
  ActionId action;  ///< of a decision
  std::variant<Proposed, Decided> wish;
  std::optional<Error> refusal;  ///< the person lacks the permission: record that and answer this
  std::promise<Result<Action>> reply;
};
/// A host is there; what waits for it may go.
struct HostConnected {
  std::string host;
};
using Message = std::variant<AssignStream, RevokeStream, EndStream, RecordBatch, Answer, Ask, HostConnected>;

/// What every worker shares. Borrowed.
struct WorkerContext {
  Clock& clock;
  Records& records;
  std::shared_ptr<Claims> claims;
  const Latest<RuleSet>& rules;
  const Policy& policy;
  const ActionCatalogue& actions;
  EventLimits limits;
  Committer& committer;
  Slots& slots;
  std::function<void(const StreamId&, Offset)> committed;  ///< a position is durable
  std::function<bool(Effect)> run;                         ///< gives an effect to the dispatcher
  std::function<void(const Action&)>
      recorded;                           ///< a state of what another host does is durable; may be empty
  std::function<void(Error)> on_failure;  ///< the engine must end
  Metrics& metrics;
  std::latch& doors;  ///< no worker begins before all of them are there to be answered
};

class Worker {
 public:
  /// `partitions`: what it owns from the start, read back from the store.
  Worker(WorkerContext context, std::vector<PartitionState> partitions);
  ~Worker();

  /// False when there is no room; the batch is then untouched.
  bool post_records(RecordBatch& batch, std::chrono::milliseconds timeout);
  void post(Message message);
  /// As of its last round. Threads: any.
  std::size_t open_actions() const { return open_actions_; }
  /// Takes what has come, commits, and ends.
  void stop();

  /// Bytes of records that may wait for one worker.
  static constexpr std::size_t kMailboxBytes = std::size_t{16} << 20;
  /// Changed rows after which a round is committed, so that one write stays small and quick.
  static constexpr std::size_t kRowsPerRound = 500;
  static constexpr std::chrono::milliseconds kIdleWaitMax{100};
  /// When something waits for a slot or is due this moment.
  static constexpr std::chrono::milliseconds kBusyWait{2};

 private:
  struct Reply {
    std::promise<Result<Action>> promise;
    Result<Action> answer;
  };
  void work(const std::stop_token& stop);
  std::chrono::microseconds wait_time();
  Result<void> take(Message message, const RuleSet& rules, WallTime now);
  Result<void> take_records(const RecordBatch& batch, const RuleSet& rules, WallTime now);
  Result<void> take_run(const RecordRun& run, const RuleSet& rules, WallTime now);
  Result<void> take_record(PartitionState& state, const RecordView& record, const RuleSet& rules,
                           WallTime now);
  void take_ask(Ask ask, WallTime now);
  Result<Action> fulfil(PartitionState& partition, const Ask& ask, WallTime now);
  Result<PartitionState*> partition(Partition id);
  Result<void> finish_round(WallTime now, bool flush = false);
  void take_answer(PartitionState& state, const Answer& answer, WallTime now);
  std::vector<Action> bound_rows(std::span<const Commit> commits) const;
  void tell_metrics(std::span<const Commit> commits);

  WorkerContext context_;
  Detector detector_;
  std::map<Partition, PartitionState> partitions_;
  std::map<StreamId, Partition> streams_;
  std::vector<Reply> replies_;
  std::size_t rows_in_round_ = 0;
  std::atomic<std::size_t> open_actions_{0};
  RoundMetrics round_metrics_;
  BoundedQueue<Message> mailbox_{kMailboxBytes};
  std::jthread thread_;
};

}  // namespace riposte
