/// Makes commits durable: everything that waits, in one write.
///
/// A full disk makes every commit wait, and the callers with it; the very same commits are tried again until
/// there is room. Any other failure ends the engine: what was written is unknown, and only a restart can
/// tell. Threads: commit() from any.
#pragma once

#include <atomic>
#include <functional>
#include <future>
#include <thread>

#include "engine/base/bounded_queue.h"
#include "engine/base/metrics.h"
#include "engine/ports/records.h"

namespace riposte {

class Committer {
 public:
  /// on_failure: called once, from the committer's thread, with what ended it.
  Committer(Records& records, Metrics& metrics, std::function<void(Error)> on_failure);
  ~Committer();

  /// Returns when all of it is on disk. Errors: unavailable (stopping: it may or may not be on disk), or what
  /// ended the engine.
  Result<void> commit(std::vector<Commit> commits);
  /// Whether the last attempt found the disk full.
  bool disk_full() const { return disk_full_; }
  /// Gives up what waits for room and takes no more.
  void stop();

  /// A full disk is looked at again after this.
  static constexpr std::chrono::milliseconds kRetryInterval{500};
  /// Rounds of workers that may wait; each worker has one.
  static constexpr std::size_t kRoundsMax = 1024;

 private:
  struct Round {
    std::vector<Commit> commits;
    std::promise<Result<void>> done;
  };
  void work(const std::stop_token& stop);
  Result<void> append(std::span<const Commit> commits, const std::stop_token& stop);

  Records& records_;
  std::function<void(Error)> on_failure_;
  Histogram& seconds_;
  Gauge& full_gauge_;
  std::atomic<bool> disk_full_{false};
  BoundedQueue<Round> rounds_{kRoundsMax};
  std::jthread thread_;
};

}  // namespace riposte
