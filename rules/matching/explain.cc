#include "rules/matching/explain.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/base/printable.h"
#include "rules/language/wording.h"
#include "rules/matching/event_reading.h"

namespace riposte {
namespace {

constexpr std::size_t kShownValuesMax = 3;
constexpr std::size_t kShownBytesMax = 200;

std::string shown(const Scalar& scalar) {
  std::string text = scalar.text();
  const bool is_long = text.size() > kShownBytesMax;
  if (is_long) text.resize(kShownBytesMax);
  text = printable(text) + (is_long ? "…" : "");
  return scalar.is_string() ? fmt::format("'{}'", text) : text;
}

std::string shown(const PreparedField& found) {
  if (!found.values.present) return "the event does not have it";
  std::string text;
  std::size_t count = 0;
  for (const Scalar& scalar : found.values.scalars)
    if (++count <= kShownValuesMax) text += (text.empty() ? "" : ", ") + shown(scalar);
  if (count > kShownValuesMax) text += fmt::format(" and {} more", count - kShownValuesMax);
  if (found.values.container) text += text.empty() ? "an object or an empty list" : ", and an object";
  return text;
}

/// Walks the rule beside its compiled form.
class Explainer {
 public:
  Explainer(const Rule& rule, const CompiledRule& compiled, EventReading& reading)
      : rule_(rule), compiled_(compiled), reading_(reading) {}

  Explanation condition(const Condition& condition) {
    switch (condition.kind) {
      case Condition::Kind::selection:
        return selection(condition.selection);
      case Condition::Kind::all_of:
        return joined(condition, "all of these");
      case Condition::Kind::any_of:
        return joined(condition, "one of these");
      case Condition::Kind::negation:
        break;
    }
    Explanation inside = this->condition(condition.operands.front());
    return {!inside.holds, "not this", "", {std::move(inside)}};
  }

 private:
  Explanation joined(const Condition& of, const char* what) {
    Explanation made{false, what, "", {}};
    for (const Condition& operand : of.operands) made.parts.push_back(condition(operand));
    made.holds = of.kind == Condition::Kind::all_of ? std::ranges::all_of(made.parts, &Explanation::holds)
                                                    : std::ranges::any_of(made.parts, &Explanation::holds);
    return made;
  }

  Explanation selection(std::size_t number) {
    const Selection& written = rule_.selections[number];
    Explanation made{false, fmt::format("selection '{}'", written.name), "", {}};
    for (std::size_t i = 0; i < written.maps.size(); ++i)
      made.parts.push_back(map(written.maps[i], compiled_.selections[number].maps[i]));
    made.holds = std::ranges::any_of(made.parts, &Explanation::holds);
    // A selection of a single map says nothing by its layer.
    if (made.parts.size() == 1) made.parts = std::move(std::exchange(made.parts.front(), {}).parts);
    return made;
  }

  Explanation map(const std::vector<FieldMatch>& written, const std::vector<CompiledLine>& lines) {
    Explanation made{true, "all of these", "", {}};
    for (std::size_t i = 0; i < written.size(); ++i) made.parts.push_back(line(written[i], lines[i]));
    made.holds = std::ranges::all_of(made.parts, &Explanation::holds);
    return made;
  }

  Explanation line(const FieldMatch& written, const CompiledLine& line) {
    const bool held = holds(line, reading_);
    std::string seen = line.field ? shown(reading_.field(*line.field))
                                  : fmt::format("{} texts", reading_.strings().prepared.size());
    if (const std::string value = holding_value(written, line); held && !value.empty())
      seen += ": it " + value;
    return {held, words_of(written), std::move(seen), {}};
  }

  /// Which of several values holds; the author wants to know which one it was.
  std::string holding_value(const FieldMatch& written, const CompiledLine& line) {
    if (line.all || line.negated || line.values.size() < 2) return {};
    const PreparedField& found = line.field ? reading_.field(*line.field) : reading_.strings();
    for (std::size_t i = 0; i < line.values.size(); ++i)
      for (std::size_t k = 0; k < line.values[i].size(); ++k)
        if (holds(line.values[i][k], found, reading_)) return words_of(written.values[i][k]);
    return {};
  }

  const Rule& rule_;
  const CompiledRule& compiled_;
  EventReading& reading_;
};

}  // namespace

Result<Explanation> explain(const Rule& rule, const Recognised& recognised) {
  FieldNames names;
  std::vector<Diagnostic> diagnostics;
  const auto compiled = compile_rule(rule, names, diagnostics);
  if (!compiled) return fail(Errc::invalid, diagnostics.front().text());
  PathTable table;
  Format format(*recognised.schema, table, {}, true);
  format.expect_fields(names.all().size());
  for (std::size_t i = 0; i < names.all().size(); ++i) format.add_field(i, names.all()[i], table);
  table.finish();
  PathReading paths;
  paths.read(table, recognised.event);
  EventReading reading;
  reading.begin(recognised.event, format, paths);
  return Explainer(rule, *compiled, reading).condition(rule.condition);
}

}  // namespace riposte
