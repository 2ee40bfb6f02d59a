#include "engine/lifecycle/active_hours.h"

#include <array>
#include <bitset>
#include <cctype>
#include <charconv>
#include <optional>

#include <cctz/time_zone.h>

namespace riposte {
namespace {

constexpr int kMinutesPerDay = 24 * 60;
constexpr std::array<std::string_view, 7> kDays{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

/// Local wall-clock minutes of the days on which it starts; an end at or before the start is on the next day.
struct Window {
  std::bitset<7> days;
  int start_minute = 0;
  int end_minute = 0;
};

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

std::optional<int> parse_day(std::string_view text) {
  const std::string name = lower(text);
  for (std::size_t i = 0; i < kDays.size(); ++i)
    if (name == kDays[i]) return static_cast<int>(i);
  return {};
}

bool add_days(std::string_view text, std::bitset<7>& days) {
  const auto dash = text.find('-');
  const auto first = parse_day(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : parse_day(text.substr(dash + 1));
  if (!first || !last) return false;
  for (int day = *first;; day = (day + 1) % 7) {
    days.set(static_cast<std::size_t>(day));
    if (day == *last) return true;
  }
}

std::optional<int> parse_minute(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return {};
  int hour = 0;
  int minute = 0;
  const char* begin = text.data();
  if (std::from_chars(begin, begin + 2, hour).ptr != begin + 2) return {};
  if (std::from_chars(begin + 3, begin + 5, minute).ptr != begin + 5) return {};
  if (hour < 0 || minute < 0 || minute > 59 || hour * 60 + minute > kMinutesPerDay) return {};
  return hour * 60 + minute;
}

/// "Mon-Fri,Sun 08:00-18:00"
std::optional<Window> parse_window(std::string_view text) {
  const auto space = text.find(' ');
  if (space == std::string_view::npos) return {};
  Window window;
  std::string_view days = text.substr(0, space);
  while (!days.empty()) {
    const auto comma = days.find(',');
    if (!add_days(days.substr(0, comma), window.days)) return {};
    days = comma == std::string_view::npos ? "" : days.substr(comma + 1);
  }
  const std::string_view times = text.substr(space + 1);
  const auto dash = times.find('-');
  if (dash == std::string_view::npos) return {};
  const auto start = parse_minute(times.substr(0, dash));
  const auto end = parse_minute(times.substr(dash + 1));
  if (!start || !end || *start == *end || *start == kMinutesPerDay) return {};
  window.start_minute = *start;
  window.end_minute = *end;
  return window;
}

}  // namespace

struct ActiveHours::Body {
  std::string name;
  cctz::time_zone zone;
  std::vector<Window> windows;
};

Result<ActiveHours> ActiveHours::parse(std::string name, std::string_view zone,
                                       std::span<const std::string> windows) {
  auto body = std::make_shared<Body>();
  body->name = std::move(name);
  if (!cctz::load_time_zone(std::string(zone), &body->zone))
    return fail(Errc::invalid,
                "unknown time zone '" + std::string(zone) + "'; write an IANA name such as Europe/Berlin");
  for (const std::string& text : windows) {
    const auto window = parse_window(text);
    if (!window)
      return fail(Errc::invalid,
                  "cannot read the window '" + text + "'; write it as \"Mon-Fri 08:00-18:00\"");
    body->windows.push_back(*window);
  }
  if (body->windows.empty())
    return fail(Errc::invalid, "active hours without a window never apply; write at least one");
  return ActiveHours(std::move(body));
}

const std::string& ActiveHours::name() const { return body_->name; }

/// Asks of the wall clock, not of instants: a time that occurs twice is then inside both times, and a window
/// whose start is skipped opens at the first instant after the gap, because the wall clock jumps past the
/// start.
bool ActiveHours::contains(WallTime now) const {
  const auto local = body_->zone.lookup(now).cs;
  const int minute = local.hour() * 60 + local.minute();
  const auto today = static_cast<std::size_t>(cctz::get_weekday(cctz::civil_day(local)));
  const std::size_t yesterday = (today + 6) % 7;
  for (const Window& window : body_->windows) {
    const bool crosses_midnight = window.end_minute <= window.start_minute;
    const int end_today = crosses_midnight ? kMinutesPerDay : window.end_minute;
    if (window.days.test(today) && minute >= window.start_minute && minute < end_today) return true;
    if (crosses_midnight && window.days.test(yesterday) && minute < window.end_minute) return true;
  }
  return false;
}

}  // namespace riposte
