#include "rules/matching/compiled_rule.h"

#include <algorithm>

#include <fmt/format.h>

namespace riposte {
namespace {

std::optional<CompiledLine> compile_line(const FieldMatch& match, FieldNames& fields,
                                         std::vector<Diagnostic>& diagnostics) {
  CompiledLine line;
  line.all = match.all;
  bool ok = true;
  for (const Pattern& pattern : match.patterns) {
    auto matcher = ValueMatcher::make(pattern);
    if (matcher) {
      line.matchers.push_back(std::move(*matcher));
      continue;
    }
    ok = false;
    diagnostics.push_back(
        {{match.location.file, pattern.line, pattern.column},
         Diagnostic::Kind::error,
         fmt::format("this regular expression cannot be used (RE2 syntax): {}", matcher.error())});
  }
  if (!ok) return {};
  if (!match.field.empty()) line.field = fields.number_of(match.field);
  return line;
}

}  // namespace

std::size_t FieldNames::number_of(const std::string& name) {
  const auto [it, is_new] = numbers_.emplace(name, names_.size());
  if (is_new) names_.push_back(name);
  return it->second;
}

std::optional<CompiledRule> compile_rule(const Rule& rule, FieldNames& fields,
                                         std::vector<Diagnostic>& diagnostics) {
  CompiledRule compiled;
  bool ok = true;
  for (const Selection& selection : rule.selections) {
    CompiledSelection& made = compiled.selections.emplace_back();
    for (const std::vector<FieldMatch>& map : selection.maps) {
      std::vector<CompiledLine>& lines = made.maps.emplace_back();
      for (const FieldMatch& match : map) {
        std::optional<CompiledLine> line = compile_line(match, fields, diagnostics);
        ok = ok && line.has_value();
        if (!line) continue;
        compiled.has_keywords = compiled.has_keywords || !line->field;
        if (line->field) compiled.fields.push_back(*line->field);
        lines.push_back(std::move(*line));
      }
    }
  }
  std::ranges::sort(compiled.fields);
  const auto repeated = std::ranges::unique(compiled.fields);
  compiled.fields.erase(repeated.begin(), repeated.end());
  return ok ? std::optional(std::move(compiled)) : std::nullopt;
}

}  // namespace riposte
