#include "engine/base/clock.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <time.h>

namespace riposte {

using std::chrono::duration_cast;
using std::chrono::microseconds;

SystemClock::SystemClock(std::function<Readings()> read) : read_(std::move(read)) {
  const Readings start = read_();
  ahead_ = start.wall.time_since_epoch() - start.monotonic;
}

SystemClock::Readings SystemClock::machine_clocks() {
  return {std::chrono::time_point_cast<microseconds>(std::chrono::system_clock::now()),
          duration_cast<microseconds>(std::chrono::steady_clock::now().time_since_epoch())};
}

WallTime SystemClock::now() {
  std::scoped_lock lock(mutex_);
  const Readings current = read_();
  const Duration ahead = current.wall.time_since_epoch() - current.monotonic;
  if (ahead > ahead_ + kDriftMax) ahead_ = ahead;
  return WallTime(current.monotonic + ahead_);
}

WallTime ManualClock::now() {
  std::scoped_lock lock(mutex_);
  return now_;
}

void ManualClock::advance(Duration step) {
  std::scoped_lock lock(mutex_);
  now_ += step;
}

void ManualClock::set(WallTime now) {
  std::scoped_lock lock(mutex_);
  now_ = now;
}

Duration machine_uptime() {
  timespec since_boot{};
  ::clock_gettime(CLOCK_BOOTTIME, &since_boot);  // cannot fail with a clock that exists since Linux 2.6.39
  return duration_cast<microseconds>(std::chrono::seconds(since_boot.tv_sec) +
                                     std::chrono::nanoseconds(since_boot.tv_nsec));
}

WallTime machine_boot_time() {
  return std::chrono::time_point_cast<microseconds>(std::chrono::system_clock::now()) - machine_uptime();
}

Deadline Deadline::after(Duration wait) { return Deadline(std::chrono::steady_clock::now() + wait); }

Duration Deadline::left() const {
  return std::max(Duration::zero(), duration_cast<Duration>(at_ - std::chrono::steady_clock::now()));
}

std::string iso8601(WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const auto milliseconds = duration_cast<std::chrono::milliseconds>(time - day).count();
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     milliseconds / 3'600'000, milliseconds / 60'000 % 60, milliseconds / 1000 % 60,
                     milliseconds % 1000);
}

namespace {

/// Consumes fixed-width numbers and single characters from the front of a text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  std::optional<int> digits(std::size_t count) {
    if (rest_.size() < count) return {};
    int value = 0;
    for (const char digit : rest_.substr(0, count)) {
      if (digit < '0' || digit > '9') return {};
      value = value * 10 + (digit - '0');
    }
    rest_.remove_prefix(count);
    return value;
  }

  bool one_of(std::string_view accepted) {
    if (rest_.empty() || accepted.find(rest_.front()) == std::string_view::npos) return false;
    last_ = rest_.front();
    rest_.remove_prefix(1);
    return true;
  }

  char last() const { return last_; }
  bool done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
  char last_ = 0;
};

std::optional<microseconds> scan_fraction(Scanner& scan) {
  std::int64_t fraction = 0;
  int digits = 0;
  while (const auto digit = scan.digits(1)) {
    if (++digits > 9) return {};
    if (digits <= 6) fraction = fraction * 10 + *digit;
  }
  if (digits == 0) return {};
  for (; digits < 6; ++digits) fraction *= 10;
  return microseconds(fraction);
}

std::optional<std::chrono::minutes> scan_zone(Scanner& scan) {
  if (scan.one_of("Zz")) return std::chrono::minutes(0);
  if (!scan.one_of("+-")) return {};
  const int sign = scan.last() == '-' ? -1 : 1;
  const auto hours = scan.digits(2);
  scan.one_of(":");
  const auto minutes = scan.digits(2);
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return {};
  return std::chrono::minutes(sign * (*hours * 60 + *minutes));
}

}  // namespace

std::optional<WallTime> parse_iso8601(std::string_view text) {
  Scanner scan(text);
  const auto year = scan.digits(4);
  if (!year || !scan.one_of("-")) return {};
  const auto month = scan.digits(2);
  if (!month || !scan.one_of("-")) return {};
  const auto day = scan.digits(2);
  if (!day || !scan.one_of("Tt ")) return {};
  const auto hour = scan.digits(2);
  if (!hour || !scan.one_of(":")) return {};
  const auto minute = scan.digits(2);
  if (!minute || !scan.one_of(":")) return {};
  const auto second = scan.digits(2);
  if (!second || *hour > 23 || *minute > 59 || *second > 60) return {};
  microseconds fraction{0};
  if (scan.one_of(".,")) {
    const auto scanned = scan_fraction(scan);
    if (!scanned) return {};
    fraction = *scanned;
  }
  const auto zone = scan_zone(scan);
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(*month),
                                         std::chrono::day(*day)};
  if (!zone || !scan.done() || !date.ok()) return {};
  return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second) + fraction - *zone;
}

namespace {

struct Unit {
  std::string_view suffix;
  std::int64_t microseconds;
};
/// Smallest suffix first would read "ms" as "s": longer suffixes stand before their endings.
constexpr std::array<Unit, 6> kUnits{{{"us", 1},
                                      {"ms", 1'000},
                                      {"s", 1'000'000},
                                      {"m", 60'000'000},
                                      {"h", 3'600'000'000},
                                      {"d", 86'400'000'000}}};

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || count < 0) return {};
  const std::string_view suffix(end, text.data() + text.size());
  for (const Unit& unit : kUnits) {
    std::int64_t total = 0;
    if (suffix == unit.suffix && !__builtin_mul_overflow(count, unit.microseconds, &total))
      return Duration(total);
  }
  return {};
}

std::string duration_text(Duration duration) {
  constexpr std::array<Unit, 4> kWritten{
      {{"d", 86'400'000'000}, {"h", 3'600'000'000}, {"s", 1'000'000}, {"ms", 1'000}}};
  for (const Unit& unit : kWritten) {
    if (duration.count() != 0 && duration.count() % unit.microseconds == 0)
      return fmt::format("{}{}", duration.count() / unit.microseconds, unit.suffix);
  }
  return duration.count() == 0 ? "0s" : fmt::format("{}us", duration.count());
}

}  // namespace riposte
