#include <algorithm>

#include <fmt/format.h>

#include "rules/language/schema_reader.h"
#include "rules/matching/rule_set.h"
#include "tests/fuzz/targets.h"

namespace riposte::fuzz {
namespace {

constexpr std::string_view kFile = "any.yml";

/// Bytes of each line.
std::vector<std::size_t> line_lengths(std::string_view bytes) {
  std::vector<std::size_t> lengths(1);
  for (const char c : bytes) {
    if (c == '\n')
      lengths.push_back(0);
    else
      ++lengths.back();
  }
  return lengths;
}

/// One column behind the end is where something is missing.
void require_place_in_file(const Diagnostic& diagnostic, const std::vector<std::size_t>& lengths) {
  const Location& at = diagnostic.location;
  const bool in_lines = at.line >= 1 && static_cast<std::size_t>(at.line) <= lengths.size();
  require(at.file == kFile && in_lines && at.column >= 1 &&
              static_cast<std::size_t>(at.column) <= lengths[static_cast<std::size_t>(at.line) - 1] + 1,
          fmt::format("a place outside of the file: {}", diagnostic.text()));
  require(!diagnostic.message.empty(), "a diagnostic says nothing");
}

}  // namespace

void rules(std::string_view bytes) {
  static const ActionCatalogue kActions = actions();
  static const std::map<std::string, ActiveHours> kHours = active_hours();
  static const Schema kSchema = *shipped_schema("elastic_security_alert");

  Diagnostics diagnostics{std::string(kFile)};
  ReadDocuments read = read_documents(bytes, diagnostics, {kActions, kHours, placeholders()});
  std::vector<Diagnostic> said = diagnostics.take();
  const bool complained = std::ranges::any_of(
      said, [](const Diagnostic& diagnostic) { return diagnostic.kind == Diagnostic::Kind::error; });
  require(complained == (read.refused > 0), "a document is refused without an error, or read with one");
  apply_filters(read.filters, read.rules, said);
  const std::size_t rules_read = read.rules.size();
  const CompiledRules compiled = RuleSet::compile(std::move(read.rules), {kSchema});
  require(compiled.rules->size() + compiled.refused == rules_read, "a rule is lost in compiling");
  said.insert(said.end(), compiled.diagnostics.begin(), compiled.diagnostics.end());
  const std::vector<std::size_t> lengths = line_lengths(bytes);
  for (const Diagnostic& diagnostic : said) require_place_in_file(diagnostic, lengths);
}

}  // namespace riposte::fuzz
