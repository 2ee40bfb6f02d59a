#include "rules/language/detection.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "engine/base/nearest.h"
#include "rules/language/condition.h"
#include "rules/language/modifiers.h"
#include "rules/language/pattern.h"

namespace riposte {
namespace {

class DetectionReader {
 public:
  DetectionReader(std::string_view key, Diagnostics& diagnostics, const PlaceholderLists& lists)
      : key_(key), diagnostics_(diagnostics), lists_(lists), errors_before_(diagnostics.errors()) {}

  RuleDetection read(const yaml::Node& node) {
    const yaml::Node* condition = nullptr;
    for (const yaml::Entry& entry : node.entries) {
      if (entry.key == "condition")
        condition = &entry.value;
      else if (entry.key == "timeframe")
        diagnostics_.error(entry, "'timeframe' is not supported: a rule looks at one event; remove it");
      else
        read_selection(entry);
    }
    if (condition != nullptr)
      read_conditions(*condition);
    else
      diagnostics_.error(node, missing_condition());
    return std::move(detection_);
  }

 private:
  std::string missing_condition() const {
    for (const Selection& selection : detection_.selections)
      if (!nearest(selection.name, std::vector<std::string_view>{"condition"}).empty())
        return fmt::format("'{}' has no 'condition'; is '{}' on line {} meant?", key_, selection.name,
                           selection.location.line);
    return fmt::format("'{}' has no 'condition'; it is required", key_);
  }

  void read_selection(const yaml::Entry& entry) {
    if (detection_.selections.size() == kSelectionsMax) {
      if (!std::exchange(too_many_selections_, true))
        diagnostics_.error(entry,
                           fmt::format("more than {} selections in one rule; split it", kSelectionsMax));
      return;
    }
    if (is_condition_keyword(entry.key) || entry.key.find_first_of(" \t()*") != std::string::npos ||
        entry.key.empty()) {
      diagnostics_.error(
          entry,
          fmt::format("'{}' cannot name a selection: it could not be written in the condition; name it with "
                      "letters, digits and '_'",
                      entry.key));
      return;
    }
    if (entry.key.find('|') != std::string::npos)
      diagnostics_.warning(
          entry, fmt::format("the selection's name '{}' holds a '|'; modifiers belong to fields", entry.key));
    // The name is kept even when its body is wrong: the condition must not complain about it as well.
    detection_.selections.push_back({entry.key, {}, diagnostics_.place(entry)});
    Selection& selection = detection_.selections.back();
    const yaml::Node& body = entry.value;
    if (body.is_map())
      add_map(body, selection);
    else if (body.is_sequence())
      add_list(body, selection);
    else if (body.is_scalar())
      add_keywords({&body, 1}, selection, entry);
    if (body.is_null() || (body.is_map() && body.entries.empty()) ||
        (body.is_sequence() && body.items.empty()))
      diagnostics_.error(body, fmt::format("selection '{}' is empty; give it fields or keywords", entry.key));
  }

  void add_list(const yaml::Node& list, Selection& selection) {
    std::vector<yaml::Node> keywords;
    for (const yaml::Node& item : list.items) {
      if (item.is_map() && !item.entries.empty())
        add_map(item, selection);
      else if (item.is_scalar())
        keywords.push_back(item);
      else
        diagnostics_.error(
            item, fmt::format("an item of selection '{}' must be a map or a keyword, not {}", selection.name,
                              item.is_map() ? "an empty map" : yaml::describe(item)));
    }
    if (!keywords.empty()) add_keywords(keywords, selection, keywords.front());
  }

  template <class Place>
  void add_keywords(std::span<const yaml::Node> keywords, Selection& selection, const Place& place) {
    FieldMatch match;
    match.location = diagnostics_.place(place);
    for (const yaml::Node& keyword : keywords)
      match.values.push_back({placed(keyword_pattern(keyword.text), keyword)});
    selection.maps.push_back({std::move(match)});
  }

  static Pattern placed(Pattern pattern, const yaml::Node& node) {
    pattern.line = node.line;
    pattern.column = node.column;
    return pattern;
  }

  void add_map(const yaml::Node& map, Selection& selection) {
    std::vector<FieldMatch> lines;
    for (const yaml::Entry& entry : map.entries)
      if (std::optional<FieldMatch> line = read_line(entry)) lines.push_back(std::move(*line));
    selection.maps.push_back(std::move(lines));
  }

  std::optional<FieldMatch> read_line(const yaml::Entry& entry) {
    const std::optional<Modifiers> modifiers = read_modifiers(entry, diagnostics_);
    if (!modifiers) return {};
    FieldMatch match{modifiers->field, {}, modifiers->all, modifiers->negated, diagnostics_.place(entry)};
    const yaml::Node& value = entry.value;
    const std::span<const yaml::Node> values =
        value.is_sequence() ? std::span(value.items) : std::span(&value, 1);
    if (values.empty()) {
      diagnostics_.error(
          value,
          fmt::format("'{}' has an empty list of values; give it one, or null for a field that is missing",
                      entry.key));
      return {};
    }
    if (modifiers->all && values.size() == 1)
      diagnostics_.warning(
          entry, fmt::format("'all' in '{}' has no meaning for a single value; remove it, or give it a list",
                             entry.key));
    for (const yaml::Node& item : values)
      if (std::vector<Pattern> patterns = read_value(item, *modifiers, entry.key); !patterns.empty())
        match.values.push_back(std::move(patterns));
    return match;
  }

  /// Empty when there is something wrong with it.
  std::vector<Pattern> read_value(const yaml::Node& value, const Modifiers& modifiers, std::string_view key) {
    if (!value.is_scalar() && !value.is_null()) {
      diagnostics_.error(
          value, fmt::format("a value of '{}' must be text, a number, true, false or null, not {}", key,
                             yaml::describe(value)));
      return {};
    }
    if (modifiers.field.empty() && modifiers.chain.empty()) {
      if (!value.is_null()) return {placed(keyword_pattern(value.text), value)};
      diagnostics_.error(value, "a keyword must not be null; the text is 'null' in quotes");
      return {};
    }
    if (patterns_ > kPatternsMax) return {};
    auto patterns = patterns_of(value, modifiers, lists_);
    if (patterns) patterns_ += patterns->size();
    if (patterns_ > kPatternsMax) {
      diagnostics_.error(
          value, fmt::format("'{}' stands for more than {} texts; split the rule", key_, kPatternsMax));
      return {};
    }
    if (!patterns) {
      diagnostics_.error(value, fmt::format("'{}': {}", key, patterns.error()));
      return {};
    }
    for (Pattern& pattern : *patterns) pattern = placed(std::move(pattern), value);
    return std::move(*patterns);
  }

  void read_conditions(const yaml::Node& node) {
    const std::span<const yaml::Node> list = node.is_sequence() ? std::span(node.items) : std::span(&node, 1);
    std::vector<Condition> conditions;
    if (list.size() > kConditionsMax) {
      diagnostics_.error(node,
                         fmt::format("more than {} conditions in one rule; join them with 'or', or split it",
                                     kConditionsMax));
      return;
    }
    for (const yaml::Node& item : list) {
      if (!item.is_scalar()) {
        diagnostics_.error(item, fmt::format("'condition' must be a text, not {}", yaml::describe(item)));
        continue;
      }
      auto condition = parse_condition(item.text, detection_.selections);
      if (condition)
        conditions.push_back(std::move(*condition));
      else
        diagnostics_.error(item, condition.error());
    }
    if (list.empty()) diagnostics_.error(node, "'condition' is an empty list; name a selection");
    if (conditions.empty() || conditions.size() != list.size() || diagnostics_.errors() != errors_before_)
      return;
    detection_.condition = conditions.size() == 1
                               ? std::move(conditions.front())
                               : Condition{Condition::Kind::any_of, 0, std::move(conditions)};
    warn_of_unused();
  }

  static void mark_used(const Condition& condition, std::vector<bool>& used) {
    if (condition.kind == Condition::Kind::selection) used[condition.selection] = true;
    for (const Condition& operand : condition.operands) mark_used(operand, used);
  }

  void warn_of_unused() {
    std::vector<bool> used(detection_.selections.size());
    mark_used(detection_.condition, used);
    for (std::size_t i = 0; i < used.size(); ++i) {
      const Selection& selection = detection_.selections[i];
      if (!used[i] && !selection.name.starts_with('_'))
        diagnostics_.warning(
            selection.location,
            fmt::format(
                "the condition does not use selection '{}'; name it there, or begin its name with '_'",
                selection.name));
    }
  }

  const std::string_view key_;
  Diagnostics& diagnostics_;
  const PlaceholderLists& lists_;
  const std::size_t errors_before_;
  RuleDetection detection_;
  std::size_t patterns_ = 0;
  bool too_many_selections_ = false;
};

}  // namespace

std::size_t patterns_in(std::span<const Selection> selections) {
  std::size_t count = 0;
  for (const Selection& selection : selections)
    for (const auto& map : selection.maps)
      for (const FieldMatch& match : map)
        for (const auto& value : match.values) count += value.size();
  return count;
}

RuleDetection read_detection(const yaml::Node& node, std::string_view key, Diagnostics& diagnostics,
                             const PlaceholderLists& lists) {
  if (node.is_map()) return DetectionReader(key, diagnostics, lists).read(node);
  diagnostics.error(node, fmt::format("'{}' must be a map of selections and a condition, not {}", key,
                                      yaml::describe(node)));
  return {};
}

}  // namespace riposte
