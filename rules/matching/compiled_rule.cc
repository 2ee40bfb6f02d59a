#include "rules/matching/compiled_rule.h"

#include <algorithm>

#include <fmt/format.h>

namespace riposte {
namespace {

std::expected<CompiledPattern, std::string> compile_pattern(const Pattern& pattern, const Schema& schema,
                                                            FieldTable& fields) {
  if (const auto* reference = std::get_if<FieldReference>(&pattern.value))
    return CompiledReference{*reference, fields.number_of(reference->field, schema), pattern.cased};
  auto matcher = ValueMatcher::make(pattern);
  if (!matcher) return std::unexpected(matcher.error());
  return std::move(*matcher);
}

std::optional<CompiledLine> compile_line(const FieldMatch& match, const Schema& schema, FieldTable& fields,
                                         std::vector<Diagnostic>& diagnostics) {
  CompiledLine line;
  line.all = match.all;
  line.negated = match.negated;
  bool ok = true;
  for (const std::vector<Pattern>& value : match.values) {
    std::vector<CompiledPattern>& patterns = line.values.emplace_back();
    for (const Pattern& pattern : value) {
      auto compiled = compile_pattern(pattern, schema, fields);
      if (compiled) {
        patterns.push_back(std::move(*compiled));
        continue;
      }
      ok = false;
      diagnostics.push_back({{match.location.file, pattern.line, pattern.column},
                             Diagnostic::Kind::error,
                             fmt::format("this regular expression cannot be used: {}; it must be RE2's, "
                                         "which has neither look-around nor "
                                         "back-references",
                                         compiled.error())});
    }
  }
  if (!ok) return {};
  if (!match.field.empty()) line.field = fields.number_of(match.field, schema);
  return line;
}

}  // namespace

std::size_t FieldTable::number_of(const std::string& name, const Schema& schema) {
  const auto [it, is_new] = numbers_.emplace(name, paths_.size());
  if (is_new) paths_.push_back(schema.paths_of(name));
  return it->second;
}

void FieldTable::extract(const Event& event, std::size_t number, FieldValues& values) const {
  values.clear();
  for (const std::string& path : paths_[number]) {
    if (!values.is_null()) return;
    // A null at one path still says that the field is there, should the others have nothing at all.
    event.collect(path, values);
  }
}

std::vector<std::string> FieldTable::all_paths() const {
  std::vector<std::string> all;
  for (const auto& paths : paths_) all.insert(all.end(), paths.begin(), paths.end());
  std::ranges::sort(all);
  const auto repeated = std::ranges::unique(all);
  all.erase(repeated.begin(), repeated.end());
  return all;
}

std::optional<CompiledRule> compile_rule(const Rule& rule, const Schema& schema, FieldTable& fields,
                                         std::vector<Diagnostic>& diagnostics) {
  CompiledRule compiled;
  bool ok = true;
  for (const Selection& selection : rule.selections) {
    CompiledSelection& made = compiled.selections.emplace_back();
    for (const std::vector<FieldMatch>& map : selection.maps) {
      std::vector<CompiledLine>& lines = made.maps.emplace_back();
      for (const FieldMatch& match : map) {
        std::optional<CompiledLine> line = compile_line(match, schema, fields, diagnostics);
        ok = ok && line.has_value();
        if (!line) continue;
        compiled.has_keywords = compiled.has_keywords || !line->field;
        lines.push_back(std::move(*line));
      }
    }
  }
  return ok ? std::optional(std::move(compiled)) : std::nullopt;
}

}  // namespace riposte
