#include "engine/authoring/replay_range.h"

#include <charconv>

#include <fmt/format.h>

namespace riposte {
namespace {

Result<HistoryBound> parse_bound(const char* option, const std::string& text) {
  if (text.empty()) return HistoryBound();
  std::int64_t offset = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, offset);
  if (read.ec == std::errc() && read.ptr == end && offset >= 0) return Offset(offset);
  if (const auto moment = parse_iso8601(text)) return *moment;
  return fail(Errc::invalid, fmt::format("{} '{}' is neither an offset nor a moment; write it like 120000 or "
                                         "like 2026-03-10T12:00:00Z",
                                         option, text));
}

/// An offset and a moment can be compared in the topic only.
bool is_behind(const HistoryBound& from, const HistoryBound& to) {
  return from.index() == to.index() && from > to;
}

}  // namespace

Result<HistoryRange> parse_history_range(const std::string& topic, const std::string& from,
                                         const std::string& to) {
  HistoryRange range{topic, TRY(parse_bound("--from", from)), TRY(parse_bound("--to", to))};
  if (is_behind(range.from, range.to))
    return fail(Errc::invalid, fmt::format("--from {} is after --to {}; change places", from, to));
  return range;
}

}  // namespace riposte
