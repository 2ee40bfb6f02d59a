/// The only reader of the machine's clock. Everything else is told the time.
#pragma once

#include <chrono>
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

/// Wall time at start, carried forward by the monotonic clock: a step of the machine's clock neither
/// freezes nor mass-expires a deadline inside a running process.
class SystemClock final : public Clock {
 public:
  SystemClock();
  WallTime now() override;

 private:
  const WallTime wall_at_start_;
  const std::chrono::steady_clock::time_point steady_at_start_;
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
