#include "bench/engine_under_test.h"

#include <algorithm>
#include <stdexcept>
#include <thread>

namespace riposte::bench {
namespace {

/// As in main(): one core is left to the intake and the committer.
int worker_count() { return std::max(1, static_cast<int>(std::thread::hardware_concurrency()) - 1); }

}  // namespace

Result<void> CountingDeadLetters::deliver(std::span<const DeadLetter> letters) {
  count_ += letters.size();
  return {};
}

EngineUnderTest::EngineUnderTest(Records& records, Source& source, const ExampleRules& rules,
                                 RecordingHands& hands, Duration verify_after)
    : hands_(hands) {
  policy_.verify_after = verify_after;
  const HandsByType by_type{{ActionType::kill_process, {&hands, &hands}},
                            {ActionType::suspend_process, {&hands, &hands}},
                            {ActionType::run_script, {&hands, &hands}}};
  EngineOptions options;
  options.workers = worker_count();
  options.own_host = "bench";
  auto engine = Engine::start(options, {clock_, records, source, dead_letters_, by_type, rules.actions,
                                        policy_, rules.rules, metrics_});
  if (!engine) throw std::runtime_error(engine.error().text());
  engine_ = *std::move(engine);
}

std::string EngineUnderTest::complaint() {
  if (const auto failure = engine_->failure(std::chrono::milliseconds(0))) return failure->text();
  if (dead_letters_.count() > 0) return "a detection became a dead letter";
  return hands_.complaint();
}

}  // namespace riposte::bench
