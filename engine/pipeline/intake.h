/// The thread that asks the source for records and hands each to the worker that owns its stream.
///
/// A full worker pauses its streams; polling goes on, so that group membership stays alive. A disk that is
/// nearly full, or a memory full of open actions, pauses all of them.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "engine/pipeline/worker.h"
#include "engine/ports/source.h"

namespace riposte {

struct IntakeLimits {
  std::uint64_t free_bytes_min = std::uint64_t{64} << 20;  ///< less room than this on the disk stops intake
  std::size_t open_actions_max = 100'000;                  ///< more open actions than this stop it too
};

class Intake {
 public:
  Intake(Source& source, Records& records, std::vector<Worker*> workers, IntakeLimits limits,
         Metrics& metrics, std::function<void(Error)> on_failure);
  ~Intake();
  void stop();

  /// Why no records come in at the moment; empty when they do.
  std::string standstill() const;

  static constexpr std::chrono::milliseconds kPollTimeout{100};
  /// A worker may take this long to make room before its streams are paused: pausing throws prefetched
  /// records away.
  static constexpr std::chrono::milliseconds kPatience{1000};
  /// Paused streams stay paused at least this long.
  static constexpr std::chrono::milliseconds kPauseMin{2000};
  /// How long a stream that is taken away may wait for its last commit; half of what the group allows between
  /// two polls.
  static constexpr std::chrono::seconds kLetGoMax{30};
  /// After the source was unavailable.
  static constexpr std::chrono::milliseconds kRetryInterval{500};

 private:
  struct Held {
    RecordBatch batch;
    std::set<StreamId> streams;
    std::chrono::steady_clock::time_point since;
  };
  void work(const std::stop_token& stop);
  Result<void> turn(const std::stop_token& stop);
  Result<Partition> number(const StreamId& stream, const std::stop_token& stop);
  Result<void> hand_out(std::vector<SourceEvent> events, const std::stop_token& stop);
  std::size_t worker_of(Partition partition) const;
  void let_go(const StreamId& stream, const std::stop_token& stop);
  void flush(std::size_t worker);
  void offer_held();
  void look_for_obstacles();
  std::string obstacle() const;
  void set_paused(bool paused);
  void say(std::string standstill);

  Source& source_;
  Records& records_;
  const std::vector<Worker*> workers_;
  const IntakeLimits limits_;
  const std::function<void(Error)> on_failure_;
  Gauge& paused_gauge_;
  std::map<StreamId, Partition> streams_;
  std::map<std::size_t, RecordBatch> gathering_;  ///< worker → what this poll brought it
  std::map<std::size_t, Held> held_;              ///< worker → what it had no room for
  std::string obstacle_;                          ///< why all streams are paused; empty when they are not
  mutable std::mutex standstill_mutex_;
  std::string standstill_ = "the source has not answered yet";
  std::jthread thread_;
};

}  // namespace riposte
