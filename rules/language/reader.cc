#include "rules/language/reader.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "engine/lifecycle/action.h"
#include "rules/language/detection.h"
#include "rules/language/map_reader.h"
#include "rules/language/response.h"
#include "rules/language/yaml_files.h"

namespace riposte {
namespace {

constexpr std::array<std::string_view, 5> kStatuses{"stable", "test", "experimental", "deprecated",
                                                    "unsupported"};
/// Sigma's keys that are neither needed nor checked here.
constexpr std::array<std::string_view, 11> kIgnoredKeys{
    "date",    "modified", "references", "falsepositives", "fields", "related",
    "license", "name",     "taxonomy",   "tests",          "scope"};
/// Other kinds of Sigma documents.
constexpr std::array<std::string_view, 2> kOtherKinds{"correlation", "filter"};

void read_logsource(MapReader& map, Rule& rule) {
  std::optional<MapReader> logsource = map.map("logsource");
  if (!logsource) return;
  rule.logsource.category = logsource->text("category").value_or("");
  rule.logsource.product = logsource->text("product").value_or("");
  rule.logsource.service = logsource->text("service").value_or("");
  logsource->find("definition");
  logsource->finish_open();
}

void read_head(MapReader& map, Rule& rule) {
  rule.id = RuleId(map.required_text("id").value_or(""));
  const yaml::Node* id = map.find("id");
  rule.location = map.diagnostics().place(id != nullptr ? *id : map.node());
  rule.title = map.required_text("title").value_or("");
  rule.status = map.one_of("status", kStatuses).value_or("");
  rule.description = map.text("description").value_or("");
  rule.authors = split_authors(map.texts("author"));
  rule.tags = map.texts("tags");
  if (const auto level = map.one_of("level", kSeverityNames)) rule.level = parse_severity(*level);
  read_logsource(map, rule);
  for (const std::string_view key : kIgnoredKeys) map.find(key);
}

void read_body(MapReader& map, Rule& rule, const ReadContext& context) {
  if (const yaml::Node* node = map.required("detection")) {
    Detection detection = read_detection(*node, map.diagnostics());
    rule.selections = std::move(detection.selections);
    rule.condition = std::move(detection.condition);
  }
  const yaml::Node* response = map.find("response");
  if (response == nullptr) return;
  rule.responses = read_responses(*response, map.diagnostics(), context);
  if (rule.authors.empty())
    map.diagnostics().warning(
        *response, "the rule responds but names no 'author'; nobody is kept from approving what it asks for");
}

// ---- files
// -----------------------------------------------------------------------------------------------------

/// Reads many files and keeps what they share: the ids, and which files have been seen.
class RuleCollector {
 public:
  explicit RuleCollector(const ReadContext& context) : context_(context) {}

  void add_path(const std::string& path) {
    const std::vector<std::string> files = files_.below(path, found_);
    for (Diagnostic& diagnostic : std::exchange(found_, {})) {
      if (diagnostic.kind == Diagnostic::Kind::error) ++result_.refused;
      result_.diagnostics.push_back(std::move(diagnostic));
    }
    for (const std::string& file : files) add_file(file);
  }

  ReadRules take() { return std::move(result_); }

 private:
  void add_file(const std::string& file) {
    const Result<std::string> bytes = yaml::read_file(file);
    if (!bytes) {
      result_.diagnostics.push_back({{file, 1, 1}, Diagnostic::Kind::error, bytes.error().what});
      ++result_.refused;
      return;
    }
    Diagnostics diagnostics(file);
    std::optional<Rule> rule = read_rule(*bytes, diagnostics, context_);
    if (rule) {
      const auto [first, is_new] = ids_.emplace(rule->id, rule->location);
      if (!is_new)
        diagnostics.error(rule->location, fmt::format("rule id '{}' is taken by {}; every rule needs its own",
                                                      rule->id.value(), text_of(first->second)));
    }
    if (rule && diagnostics.ok())
      result_.rules.push_back(std::move(*rule));
    else
      ++result_.refused;
    std::ranges::move(diagnostics.take(), std::back_inserter(result_.diagnostics));
  }

  const ReadContext& context_;
  ReadRules result_;
  std::map<RuleId, Location> ids_;
  YamlFiles files_{"rule"};
  std::vector<Diagnostic> found_;  ///< while files are looked for
};

}  // namespace

std::vector<std::string> split_authors(std::span<const std::string> texts) {
  std::vector<std::string> authors;
  for (std::string_view rest : texts) {
    while (!rest.empty()) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      std::string_view author = rest.substr(0, comma);
      rest.remove_prefix(std::min(comma + 1, rest.size()));
      while (author.starts_with(' ')) author.remove_prefix(1);
      while (author.ends_with(' ')) author.remove_suffix(1);
      if (!author.empty()) authors.emplace_back(author);
    }
  }
  return authors;
}

std::optional<Rule> read_rule(std::string_view bytes, Diagnostics& diagnostics, const ReadContext& context) {
  const std::optional<yaml::Node> node = yaml::parse(bytes, diagnostics);
  if (!node) return {};
  MapReader map(*node, "the rule", diagnostics);
  if (!node->is_map() && !node->is_null()) return {};
  for (const std::string_view kind : kOtherKinds) {
    const yaml::Entry* entry = node->find(kind);
    if (entry == nullptr) continue;
    diagnostics.error(*entry, fmt::format("{} rules are not supported yet", kind));
    return {};
  }
  Rule rule;
  read_head(map, rule);
  read_body(map, rule, context);
  map.finish_open();
  if (!diagnostics.ok()) return {};
  rule.digest = digest_of(bytes);
  return rule;
}

ReadRules read_rules(std::span<const std::string> paths, const ReadContext& context) {
  RuleCollector collector(context);
  for (const std::string& path : paths) collector.add_path(path);
  return collector.take();
}

}  // namespace riposte
