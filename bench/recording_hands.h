/// Hands that do nothing but note when they were called, and whether the order was on record by then.
///
/// Threads: any.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>

#include "bench/samples.h"
#include "engine/ports/executor.h"
#include "engine/ports/records.h"

namespace riposte::bench {

class RecordingHands final : public Executor, public Verifier {
 public:
  /// `records`: where an order must stand, executing, before it comes here.
  explicit RecordingHands(Records& records) : records_(records) {}

  Outcome execute(const Action& action, std::stop_token stop) override;
  Probe probe(const Action& action) override;
  Result<Preview> preview(const ActionRequest& request) override;
  Proof check(const Action& action, std::stop_token stop) override;

  /// Process id that was to be killed → when it would have been. Orders that name none are not in it.
  using Calls = std::map<std::int64_t, Steady::time_point>;
  using Orders = std::set<ActionId>;
  /// Waits at most `limit` for `count` calls; says whether they came.
  bool wait_for(std::size_t count, std::chrono::milliseconds limit);
  Calls calls();
  /// The actions of all calls.
  Orders orders();
  /// Of a process whose call has come.
  Steady::time_point time_of_call(std::int64_t pid);
  ActionId last_action();
  /// What was wrong: an order that came twice, or that was not on record when it came. Empty when nothing
  /// was.
  std::string complaint();

 private:
  Records& records_;
  std::mutex mutex_;
  std::condition_variable called_;
  Calls calls_;
  Orders orders_;
  ActionId last_action_;
  std::string complaint_;
};

}  // namespace riposte::bench
