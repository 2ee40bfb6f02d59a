#include "rules/matching/compiled_rule.h"

#include <algorithm>

#include <fmt/format.h>

namespace riposte {
namespace {

bool holds_for_nothing(const Pattern& pattern) {
  return pattern.kind == Pattern::Kind::exists || std::holds_alternative<std::monostate>(pattern.value);
}

/// `all` of no values at all would hold anywhere.
bool needs_value(const FieldMatch& match) {
  return !match.values.empty() && std::ranges::none_of(match.values, [](const std::vector<Pattern>& value) {
    return std::ranges::any_of(value, holds_for_nothing);
  });
}

/// Compiles one rule, and notes the fields that it looks at.
class RuleCompiler {
 public:
  RuleCompiler(FieldNames& fields, std::vector<Diagnostic>& diagnostics)
      : fields_(fields), diagnostics_(diagnostics), errors_before_(diagnostics.size()) {}

  std::optional<CompiledRule> compile(const Rule& rule) {
    for (const Selection& selection : rule.selections) {
      CompiledSelection& made = compiled_.selections.emplace_back();
      for (const std::vector<FieldMatch>& map : selection.maps) {
        std::vector<CompiledLine>& lines = made.maps.emplace_back();
        for (const FieldMatch& match : map) lines.push_back(compile_line(match));
      }
    }
    std::ranges::sort(compiled_.fields);
    const auto repeated = std::ranges::unique(compiled_.fields);
    compiled_.fields.erase(repeated.begin(), repeated.end());
    return diagnostics_.size() == errors_before_ ? std::optional(std::move(compiled_)) : std::nullopt;
  }

 private:
  std::size_t number_of(const std::string& field) {
    compiled_.fields.push_back(fields_.number_of(field));
    return compiled_.fields.back();
  }

  CompiledLine compile_line(const FieldMatch& match) {
    CompiledLine line{{}, {}, match.all, match.negated, needs_value(match), {}};
    if (!match.field.empty()) line.field = number_of(match.field);
    for (const std::vector<Pattern>& value : match.values) {
      std::vector<CompiledPattern>& patterns = line.values.emplace_back();
      for (const Pattern& pattern : value)
        if (auto compiled = compile_pattern(pattern, match.location.file))
          patterns.push_back(std::move(*compiled));
    }
    return line;
  }

  std::optional<CompiledPattern> compile_pattern(const Pattern& pattern, const std::string& file) {
    if (const auto* reference = std::get_if<FieldReference>(&pattern.value))
      return CompiledReference{*reference, number_of(reference->field), pattern.cased};
    auto matcher = ValueMatcher::make(pattern);
    if (matcher) return std::move(*matcher);
    diagnostics_.push_back(
        {{file, pattern.line, pattern.column},
         Diagnostic::Kind::error,
         fmt::format("this regular expression cannot be used: {}; it must be RE2's, which has neither "
                     "look-around nor back-references",
                     matcher.error())});
    return {};
  }

  FieldNames& fields_;
  std::vector<Diagnostic>& diagnostics_;
  const std::size_t errors_before_;
  CompiledRule compiled_;
};

}  // namespace

std::size_t FieldNames::number_of(const std::string& name) {
  const auto [it, is_new] = numbers_.emplace(name, names_.size());
  if (is_new) names_.push_back(name);
  return it->second;
}

std::size_t effort(const CompiledLine& line) {
  if (line.witness) return 0;
  std::size_t sum = 1;
  for (const std::vector<CompiledPattern>& value : line.values)
    for (const CompiledPattern& pattern : value) {
      const auto* matcher = std::get_if<ValueMatcher>(&pattern);
      sum += matcher != nullptr ? matcher->effort() : 2;
    }
  return line.field ? sum : 100 * sum;  // all of the event's texts
}

std::optional<CompiledRule> compile_rule(const Rule& rule, FieldNames& fields,
                                         std::vector<Diagnostic>& diagnostics) {
  return RuleCompiler(fields, diagnostics).compile(rule);
}

}  // namespace riposte
