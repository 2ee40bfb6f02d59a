#include "engine/authoring/match.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/authoring/event_lines.h"
#include "engine/base/printable.h"
#include "rules/event/event_parser.h"

namespace riposte {
namespace {

using Json = nlohmann::ordered_json;

std::string match_line(const EventLine& line, std::vector<std::string> ids) {
  std::ranges::sort(ids);
  const Json json{{"source", line.source}, {"line", line.number}, {"rules", std::move(ids)}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

/// Matches line by line and keeps count.
class LineMatcher {
 public:
  LineMatcher(const RuleSet& rules, std::ostream& out, std::ostream& complaints)
      : rules_(rules), out_(out), complaints_(complaints) {}

  void see(const EventLine& line) {
    const auto event = parser_.parse(line.bytes);
    if (!event) return complain(line, event.error().detail);
    ++counts.events;
    const auto matches = rules_.match(*event, scratch_);
    if (!matches) return complain(line, matches.error().text());
    if (matches->empty()) return;
    ++counts.matched;
    std::vector<std::string> ids;
    for (const RuleIndex index : *matches) ids.push_back(rules_.rule(index).id.value());
    out_ << match_line(line, std::move(ids));
  }

  MatchCounts counts;

 private:
  void complain(const EventLine& line, const std::string& detail) {
    complaints_ << fmt::format("{}:{}: error: {}\n", line.source, line.number, printable(detail));
    ++counts.unreadable;
  }

  const RuleSet& rules_;
  std::ostream& out_;
  std::ostream& complaints_;
  EventParser parser_;
  Scratch scratch_;
};

}  // namespace

Result<MatchCounts> match_events(const RuleSet& rules, std::span<const std::string> sources,
                                 std::ostream& out, std::ostream& complaints, Progress& progress) {
  LineMatcher matcher(rules, out, complaints);
  TRY(read_event_lines(
      sources, [&](const EventLine& line) { matcher.see(line); },
      [&](std::uint64_t bytes) { progress.tell(bytes, matcher.counts.events); }));
  return matcher.counts;
}

}  // namespace riposte
