#include "rules/matching/compiled_rule.h"

#include <algorithm>

#include <fmt/format.h>

namespace riposte {
namespace {

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
    CompiledLine line{{}, {}, match.all, match.negated};
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
         fmt::format("this regular expression cannot be used (RE2 syntax): {}", matcher.error())});
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

std::optional<CompiledRule> compile_rule(const Rule& rule, FieldNames& fields,
                                         std::vector<Diagnostic>& diagnostics) {
  return RuleCompiler(fields, diagnostics).compile(rule);
}

}  // namespace riposte
