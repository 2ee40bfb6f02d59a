/// The running engine: intake, workers, committer, dispatcher and the desk, put together. Destruction is
/// shutdown.
///
/// Order of the end: no more records, no more effects (what is under way reports), then the last commit.
#pragma once

#include <condition_variable>
#include <latch>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "engine/pipeline/control_desk.h"
#include "engine/pipeline/intake.h"
#include "engine/pipeline/letter_carrier.h"

namespace riposte {

struct EngineOptions {
  int workers = 1;
  EventLimits limits;
  IntakeLimits intake;
  std::string own_host;  ///< for orders of people that name no host
};

/// Everything the engine leans on; must outlive it.
struct EngineParts {
  Clock& clock;
  Records& records;
  Source& source;
  DeadLetterSink& dead_letters;
  HandsByType hands;
  const ActionCatalogue& actions;
  const Policy& policy;
  std::shared_ptr<const RuleSet> rules;
  Metrics& metrics;
  RemoteHands* remote = nullptr;  ///< the hosts besides this one; null: there are none
};

class Engine {
 public:
  /// Reads the open actions back and starts. Errors: of Records.
  static Result<std::unique_ptr<Engine>> start(EngineOptions options, EngineParts parts);
  ~Engine();

  Control& control() { return *desk_; }
  /// From now on these rules judge every batch that a worker begins. What was proposed before stays as it is.
  /// Threads: any.
  void use(std::shared_ptr<const RuleSet> rules) { rules_.publish(std::move(rules)); }
  /// What ended it, if anything did. Waits at most `timeout`.
  std::optional<Error> failure(std::chrono::milliseconds timeout);

 private:
  Engine(EngineOptions options, EngineParts parts);
  void load_workers(std::vector<std::vector<PartitionState>> partitions);
  Worker& worker_of(Partition partition);
  Health health();
  void note_failure(Error error);

  const EngineOptions options_;
  EngineParts parts_;
  Latest<RuleSet> rules_;
  const std::shared_ptr<Claims> claims_ = std::make_shared<Claims>();
  std::latch doors_{1};
  std::mutex failure_mutex_;
  std::condition_variable failed_;
  std::optional<Error> failure_;

  std::unique_ptr<Committer> committer_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::unique_ptr<Dispatcher> dispatcher_;
  std::unique_ptr<LetterCarrier> letter_carrier_;
  std::unique_ptr<ControlDesk> desk_;
  std::unique_ptr<Intake> intake_;
};

}  // namespace riposte
