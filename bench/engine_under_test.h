/// The real engine with its defaults, the example rules, and hands that only take notes.
///
/// Errors:  throws std::runtime_error when it does not start.
#pragma once

#include <atomic>
#include <memory>

#include "bench/example_rules.h"
#include "bench/recording_hands.h"
#include "engine/pipeline/engine.h"

namespace riposte::bench {

class CountingDeadLetters final : public DeadLetterSink {
 public:
  Result<void> deliver(std::span<const DeadLetter> letters) override;
  std::size_t count() const { return count_; }

 private:
  std::atomic<std::size_t> count_{0};
};

class EngineUnderTest {
 public:
  /// `verify_after`: how long after its execution an action is verified. All are borrowed.
  EngineUnderTest(Records& records, Source& source, const ExampleRules& rules, RecordingHands& hands,
                  Duration verify_after);

  /// What went wrong so far; empty when nothing did.
  std::string complaint();

 private:
  SystemClock clock_;
  Metrics metrics_;
  Policy policy_;
  RecordingHands& hands_;
  CountingDeadLetters dead_letters_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace riposte::bench
