#include "rules/matching/rule_set.h"

#include <algorithm>
#include <array>

#include "engine/lifecycle/action.h"
#include "rules/matching/compiled_rule.h"

namespace riposte {
namespace {

enum class Answer : std::uint8_t { unknown, no, yes };

struct PreparedField {
  FieldValues values;
  std::vector<PreparedValue> prepared;
};

void prepare_all(PreparedField& field_values) {
  field_values.prepared.clear();
  for (const Scalar& scalar : field_values.values.scalars)
    if (!scalar.is_null()) field_values.prepared.push_back(prepare(scalar));
}

bool holds(const ValueMatcher& matcher, const PreparedField& found,
           std::span<const PreparedField> /*fields*/) {
  return matcher.matches_field(found.values) ||
         std::ranges::any_of(found.prepared,
                             [&](const PreparedValue& value) { return matcher.matches(value); });
}

bool holds(const CompiledReference& reference, const PreparedField& found,
           std::span<const PreparedField> fields) {
  return std::ranges::any_of(found.prepared, [&](const PreparedValue& value) {
    return std::ranges::any_of(fields[reference.field].prepared, [&](const PreparedValue& other) {
      return refers(reference.reference, reference.cased, value, other);
    });
  });
}

}  // namespace

struct Scratch::Body {
  std::vector<PreparedField> fields;
  PreparedField strings;
  std::vector<std::string_view> string_leaves;
  std::vector<Answer> selections;  ///< of the rule being looked at
  std::vector<RuleIndex> matches;
};

Scratch::Scratch() : body_(std::make_unique<Body>()) {}
Scratch::~Scratch() = default;
Scratch::Scratch(Scratch&&) noexcept = default;
Scratch& Scratch::operator=(Scratch&&) noexcept = default;

struct RuleSet::Body {
  std::vector<Rule> rules;
  std::vector<CompiledRule> compiled;
  FieldTable fields;
  Schema schema;
  std::vector<std::string> paths;
  std::string digest;
  bool has_keywords = false;

  void read_event(const Event& event, Scratch::Body& scratch) const {
    scratch.fields.resize(std::max(scratch.fields.size(), fields.size()));
    for (std::size_t number = 0; number < fields.size(); ++number) {
      fields.extract(event, number, scratch.fields[number].values);
      prepare_all(scratch.fields[number]);
    }
    if (!has_keywords) return;
    scratch.string_leaves.clear();
    event.collect_strings(scratch.string_leaves);
    scratch.strings.values.clear();
    for (const std::string_view text : scratch.string_leaves)
      scratch.strings.values.scalars.push_back({text});
    prepare_all(scratch.strings);
  }

  static bool line_holds(const CompiledLine& line, const Scratch::Body& scratch) {
    const PreparedField& found = line.field ? scratch.fields[*line.field] : scratch.strings;
    const auto pattern_holds = [&](const CompiledPattern& pattern) {
      return std::visit([&](const auto& test) { return holds(test, found, scratch.fields); }, pattern);
    };
    const auto value_holds = [&](const std::vector<CompiledPattern>& patterns) {
      return std::ranges::any_of(patterns, pattern_holds);
    };
    const bool holds_plainly = line.all ? std::ranges::all_of(line.values, value_holds)
                                        : std::ranges::any_of(line.values, value_holds);
    return holds_plainly != line.negated;
  }

  static bool selection_holds(const CompiledSelection& selection, const Scratch::Body& scratch) {
    return std::ranges::any_of(selection.maps, [&](const std::vector<CompiledLine>& map) {
      return std::ranges::all_of(map, [&](const CompiledLine& line) { return line_holds(line, scratch); });
    });
  }

  /// Two-valued: what is not there does not match, and its negation does.
  static bool condition_holds(const Condition& condition, const CompiledRule& rule, Scratch::Body& scratch) {
    const auto operand_holds = [&](const Condition& operand) {
      return condition_holds(operand, rule, scratch);
    };
    switch (condition.kind) {
      case Condition::Kind::selection: {
        Answer& known = scratch.selections[condition.selection];
        if (known == Answer::unknown)
          known = selection_holds(rule.selections[condition.selection], scratch) ? Answer::yes : Answer::no;
        return known == Answer::yes;
      }
      case Condition::Kind::all_of:
        return std::ranges::all_of(condition.operands, operand_holds);
      case Condition::Kind::any_of:
        return std::ranges::any_of(condition.operands, operand_holds);
      case Condition::Kind::negation:
        return !operand_holds(condition.operands.front());
    }
    return false;
  }
};

RuleSet::RuleSet(std::unique_ptr<Body> body) : body_(std::move(body)) {}
RuleSet::~RuleSet() = default;

CompiledRules RuleSet::compile(std::vector<Rule> rules, Schema schema) {
  auto body = std::make_unique<Body>();
  body->schema = std::move(schema);
  CompiledRules result;
  std::string identity = body->schema.digest;
  for (Rule& rule : rules) {
    std::optional<CompiledRule> compiled = compile_rule(rule, body->schema, body->fields, result.diagnostics);
    if (!compiled) {
      ++result.refused;
      continue;
    }
    identity += '\n' + rule.id.value() + ' ' + rule.digest;
    body->has_keywords = body->has_keywords || compiled->has_keywords;
    body->compiled.push_back(std::move(*compiled));
    body->rules.push_back(std::move(rule));
  }
  body->paths = body->fields.all_paths();
  body->digest = digest_of(identity);
  result.rules = std::shared_ptr<const RuleSet>(new RuleSet(std::move(body)));
  return result;
}

Result<std::span<const RuleIndex>> RuleSet::match(const Event& event, Scratch& scratch) const {
  Scratch::Body& work = *scratch.body_;
  body_->read_event(event, work);
  work.matches.clear();
  for (std::size_t i = 0; i < body_->compiled.size(); ++i) {
    const CompiledRule& rule = body_->compiled[i];
    work.selections.assign(rule.selections.size(), Answer::unknown);
    if (Body::condition_holds(body_->rules[i].condition, rule, work))
      work.matches.emplace_back(static_cast<std::uint32_t>(i));
  }
  return std::span<const RuleIndex>(work.matches);
}

const Rule& RuleSet::rule(RuleIndex index) const { return body_->rules[index.value()]; }
std::size_t RuleSet::size() const { return body_->rules.size(); }
const Schema& RuleSet::schema() const { return body_->schema; }
const std::string& RuleSet::digest() const { return body_->digest; }
std::span<const std::string> RuleSet::paths() const { return body_->paths; }

std::optional<Severity> severity_of(const Event& event, const Schema& schema) {
  const std::optional<std::string_view> name = schema.severity_name(event);
  return name ? parse_severity(*name) : std::nullopt;
}

}  // namespace riposte
