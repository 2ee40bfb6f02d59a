#include "engine/pipeline/engine.h"

#include <utility>

#include "engine/base/crash_point.h"
#include "engine/base/log.h"
#include "engine/lifecycle/undo.h"

namespace riposte {
namespace {

/// The list of what is never contained has grown since.
void warn_of_forbidden(std::size_t count) {
  if (count == 0) return;
  log::warning("actions are in force whose targets policy.never names",
               {{"actions", std::to_string(count)}, {"cure", "riposte actions undo --forbidden"}});
}

}  // namespace

Engine::Engine(EngineOptions options, EngineParts parts)
    : options_(std::move(options)), parts_(std::move(parts)), rules_(std::move(parts_.rules)) {}

Result<std::unique_ptr<Engine>> Engine::start(EngineOptions options, EngineParts parts) {
  std::unique_ptr<Engine> engine(new Engine(std::move(options), std::move(parts)));
  if (engine->parts_.policy.dry_run)
    log::warning("policy.dry_run is set: actions are recorded and never carried out");
  const auto count = static_cast<std::size_t>(engine->options_.workers);
  std::vector<std::vector<PartitionState>> partitions(count);
  const auto in_force = [&policy = engine->parts_.policy, now = engine->parts_.clock.now()](const Action& a) {
    return may_undo(a).has_value() && forbidden(a, policy.never, now);
  };
  std::size_t forbidden_count = 0;
  for (const Partition id : TRY(engine->parts_.records.partitions())) {
    auto state = TRY_DOING("reading back partition " + std::to_string(id.value()),
                           PartitionState::load(id, engine->parts_.records, engine->claims_));
    forbidden_count += state.open_count(in_force);
    partitions[static_cast<std::size_t>(id.value()) % count].push_back(std::move(state));
  }
  warn_of_forbidden(forbidden_count);
  engine->load_workers(std::move(partitions));
  return engine;
}

void Engine::load_workers(std::vector<std::vector<PartitionState>> partitions) {
  const auto on_failure = [this](Error error) { note_failure(std::move(error)); };
  committer_ = std::make_unique<Committer>(parts_.records, parts_.metrics, on_failure);
  dispatcher_ = std::make_unique<Dispatcher>(parts_.hands, parts_.remote, [this](Answer answer) {
    Worker& owner = worker_of(answer.partition);
    owner.post(std::move(answer));
  });
  std::function<void(const Action&)> recorded;
  if (parts_.remote != nullptr)
    recorded = [remote = parts_.remote](const Action& action) { remote->recorded(action); };
  for (auto& owned : partitions) {
    WorkerContext context{
        .clock = parts_.clock,
        .records = parts_.records,
        .claims = claims_,
        .rules = rules_,
        .policy = parts_.policy,
        .actions = parts_.actions,
        .limits = options_.limits,
        .committer = *committer_,
        .slots = *dispatcher_,
        .committed = [this](const StreamId& stream, Offset next) { parts_.source.committed(stream, next); },
        .run = [this](Effect effect) { return dispatcher_->run(std::move(effect)); },
        .recorded = recorded,
        .on_failure = on_failure,
        .metrics = parts_.metrics,
        .doors = doors_};
    workers_.push_back(std::make_unique<Worker>(std::move(context), std::move(owned)));
  }
  if (parts_.remote != nullptr)
    parts_.remote->on_connected([this](const std::string& host) {
      for (const auto& worker : workers_) worker->post(HostConnected{host});
    });
  doors_.count_down();
  letter_carrier_ = std::make_unique<LetterCarrier>(parts_.records, parts_.dead_letters, parts_.metrics);
  desk_ = std::make_unique<ControlDesk>(
      DeskContext{parts_.clock, parts_.records, parts_.policy, parts_.actions, parts_.hands, parts_.remote,
                  options_.own_host, [this](Partition partition) -> Worker& { return worker_of(partition); },
                  [this] { return health(); }});
  std::vector<Worker*> workers;
  for (const auto& worker : workers_) workers.push_back(worker.get());
  intake_ = std::make_unique<Intake>(parts_.source, parts_.records, std::move(workers), options_.intake,
                                     parts_.metrics, on_failure);
}

Engine::~Engine() {
  if (parts_.remote != nullptr) parts_.remote->on_connected({});
  if (intake_) intake_->stop();
  // A commit that waits for room on the disk would keep its worker, and the end, waiting.
  if (committer_ && committer_->disk_full()) committer_->stop();
  if (dispatcher_) dispatcher_->stop();
  crash_point("shutdown.mid_drain");
  for (const auto& worker : workers_) worker->stop();
  if (letter_carrier_) letter_carrier_->stop();
  if (committer_) committer_->stop();
}

Worker& Engine::worker_of(Partition partition) {
  return *workers_[static_cast<std::size_t>(partition.value()) % workers_.size()];
}

Health Engine::health() {
  {
    std::scoped_lock lock(failure_mutex_);
    if (failure_) return {false, failure_->text()};
  }
  if (committer_->disk_full()) return {false, "the disk is full: intake pauses, nothing is lost"};
  if (const std::string standstill = intake_->standstill(); !standstill.empty()) return {false, standstill};
  return {true, ""};
}

std::optional<Error> Engine::failure(std::chrono::milliseconds timeout) {
  std::unique_lock lock(failure_mutex_);
  failed_.wait_for(lock, timeout, [this] { return failure_.has_value(); });
  return failure_;
}

void Engine::note_failure(Error error) {
  log::error("the engine ends", {{"error", error.text()}});
  std::scoped_lock lock(failure_mutex_);
  if (!failure_) failure_ = std::move(error);
  failed_.notify_all();
}

}  // namespace riposte
