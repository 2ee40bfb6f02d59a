/// The only reader of the machine's clock. Everything else is told the time.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace riposte {

/// Units: microseconds since 1970-01-01T00:00:00Z.
using WallTime = std::chrono::sys_time<std::chrono::microseconds>;
using Duration = std::chrono::microseconds;

class Clock {
 public:
  virtual ~Clock() = default;
  /// Never goes backwards inside a process.
  /// Threads: any.
  virtual WallTime now() = 0;
};

/// Wall time carried forward by the monotonic clock: a machine's clock that is set back freezes no deadline.
///
/// One that is set forward, or a machine that slept, is followed, because active hours and the comparison
/// with the start of processes need the true time.
class SystemClock final : public Clock {
 public:
  /// What the machine's two clocks say; a test gives its own.
  struct Readings {
    WallTime wall;
    Duration monotonic;
  };
  explicit SystemClock(std::function<Readings()> read = machine_clocks);
  WallTime now() override;

  static Readings machine_clocks();
  /// A difference up to this is drift, which the monotonic clock smooths.
  static constexpr Duration kDriftMax = std::chrono::seconds(1);

 private:
  const std::function<Readings()> read_;
  std::mutex mutex_;
  Duration ahead_;  ///< wall time minus monotonic time
};

/// A clock that a test moves.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(WallTime start) : now_(start) {}
  WallTime now() override;
  void advance(Duration step);
  void set(WallTime now);

 private:
  std::mutex mutex_;
  WallTime now_;
};

/// Time since this machine booted, sleep included: what the start of a process is counted in.
Duration machine_uptime();
/// The wall time at which this machine booted, as its clock sees it now.
WallTime machine_boot_time();

/// A bound on waiting for the operating system, on the monotonic clock. Never a deadline of an action.
class Deadline {
 public:
  static Deadline after(Duration wait);
  /// Zero when it has passed.
  Duration left() const;

 private:
  explicit Deadline(std::chrono::steady_clock::time_point at) : at_(at) {}
  std::chrono::steady_clock::time_point at_;
};

/// "2026-03-29T01:30:00.000Z": UTC, milliseconds.
std::string iso8601(WallTime time);

/// Reads RFC 3339 ("2021-05-14T20:44:34.484Z", offsets and up to nine fraction digits, "+0000" as well).
/// Digits below the microsecond are cut off. Empty when the text is no such instant.
std::optional<WallTime> parse_iso8601(std::string_view text);

/// "90s", "5m", "36h", "7d", "250ms". Empty when the text is no such duration or is negative.
std::optional<Duration> parse_duration(std::string_view text);

/// The shortest exact form that parse_duration reads back: "60s" for a minute, "1500ms".
std::string duration_text(Duration duration);

}  // namespace riposte
