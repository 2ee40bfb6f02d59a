#include "rules/language/reader.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/base/nearest.h"
#include "engine/lifecycle/action.h"
#include "rules/language/collection.h"
#include "rules/language/detection.h"
#include "rules/language/head.h"
#include "rules/language/map_reader.h"
#include "rules/language/response.h"
#include "rules/language/yaml_files.h"

namespace riposte {
namespace {

/// A rule without an id of its own goes by its text.
void read_identity(MapReader& map, Rule& rule) {
  rule.title = map.text("title").value_or("");
  rule.name = map.text("name").value_or("");
  const yaml::Node* id = map.find("id");
  rule.location = map.diagnostics().place(id != nullptr ? *id : map.node());
  if (rule.title.empty())
    map.diagnostics().warning(map.node(), "the rule has no 'title'; say in one line what it finds");
  if (id != nullptr || map.has("response")) {
    rule.id = RuleId(map.required_text("id").value_or(""));
    return;
  }
  map.diagnostics().warning(map.node(),
                            "the rule has no 'id': it goes by its text, and by another name whenever "
                            "that changes; give it a UUID");
}

void read_head(MapReader& map, Rule& rule) {
  read_identity(map, rule);
  rule.status = map.one_of("status", kRuleStatuses).value_or("");
  rule.description = map.text("description").value_or("");
  rule.authors = split_authors(map.texts("author"));
  rule.tags = map.texts("tags");
  if (const auto level = map.one_of("level", kSeverityNames)) rule.level = parse_severity(*level);
  rule.logsource = read_logsource(map);
  ignore_unchecked_keys(map);
}

void read_body(MapReader& map, Rule& rule, const ReadContext& context) {
  if (const yaml::Node* node = map.required("detection")) {
    RuleDetection detection = read_detection(*node, "detection", map.diagnostics(), context.placeholders);
    rule.selections = std::move(detection.selections);
    rule.condition = std::move(detection.condition);
  }
  rule.tests = read_rule_tests(map);
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

  ReadRules take() {
    apply_filters(filters_, result_.rules, result_.diagnostics);
    return std::move(result_);
  }

 private:
  void add_file(const std::string& file) {
    const Result<std::string> bytes = yaml::read_file(file);
    if (!bytes) {
      result_.diagnostics.push_back({{file, 1, 1}, Diagnostic::Kind::error, bytes.error().what});
      ++result_.refused;
      return;
    }
    Diagnostics diagnostics(file);
    ReadDocuments read = read_documents(*bytes, diagnostics, context_);
    result_.refused += read.refused;
    std::ranges::move(read.filters, std::back_inserter(filters_));
    for (Rule& rule : read.rules) add_rule(std::move(rule), diagnostics);
    std::ranges::move(diagnostics.take(), std::back_inserter(result_.diagnostics));
  }

  void add_rule(Rule rule, Diagnostics& diagnostics) {
    const auto [first, is_new] = ids_.emplace(rule.id, rule.location);
    if (is_new) return result_.rules.push_back(std::move(rule));
    diagnostics.error(rule.location, fmt::format("rule id '{}' is taken by {}; every rule needs its own",
                                                 rule.id.value(), text_of(first->second)));
    ++result_.refused;
  }

  const ReadContext& context_;
  ReadRules result_;
  std::vector<Filter> filters_;
  std::map<RuleId, Location> ids_;
  YamlFiles files_{"rule"};
  std::vector<Diagnostic> found_;  ///< while files are looked for
};

std::optional<Rule> read_rule_document(const yaml::Node& document, Diagnostics& diagnostics,
                                       const ReadContext& context) {
  const std::size_t errors_before = diagnostics.errors();
  MapReader map(document, "the rule", diagnostics);
  if (!document.is_map() && !document.is_null()) return {};
  if (const yaml::Entry* correlation = document.find("correlation")) {
    diagnostics.error(
        *correlation,
        "correlation rules are not supported yet; the rules that it names can be read without it");
    return {};
  }
  if (const yaml::Entry* action = document.find("action"))
    diagnostics.error(*action, fmt::format("'action' is one of {}, not {}{}",
                                           fmt::join(kCollectionActions, ", "), yaml::describe(action->value),
                                           did_you_mean(action->value.text, kCollectionActions)));
  Rule rule;
  read_head(map, rule);
  read_body(map, rule, context);
  map.finish_open();
  return diagnostics.errors() == errors_before ? std::optional(std::move(rule)) : std::nullopt;
}

/// Which version of the rule this is: the file's bytes, and which of its documents.
std::string version_digest(const std::string& file_digest, std::size_t number) {
  return number == 0 ? file_digest : digest_of(fmt::format("{}\n{}", file_digest, number));
}

/// What `bytes` say in every document; empty, with errors, when they cannot be read.
std::optional<std::vector<yaml::Node>> resolved_documents(std::string_view bytes, Diagnostics& diagnostics) {
  auto documents = yaml::parse_documents(bytes, diagnostics);
  if (!documents) return {};
  if (documents->empty()) documents->emplace_back();
  return resolve_collection(std::move(*documents), diagnostics);
}

/// Keeps many small documents from becoming what one large one must not be.
class PatternBudget {
 public:
  /// Whether the rules and filters so far, with this one, are still few enough.
  bool take(std::span<const Selection> selections, const yaml::Node& document, Diagnostics& diagnostics) {
    taken_ += patterns_in(selections);
    if (taken_ <= kPatternsMax) return true;
    diagnostics.error(
        document,
        fmt::format("the rules up to here stand for more than {} texts; split the file", kPatternsMax));
    return false;
  }

 private:
  std::size_t taken_ = 0;
};

}  // namespace

ReadDocuments read_documents(std::string_view bytes, Diagnostics& diagnostics, const ReadContext& context) {
  ReadDocuments read;
  const auto resolved = resolved_documents(bytes, diagnostics);
  if (!resolved) return {{}, {}, 1};
  const std::string file_digest = digest_of(bytes);
  PatternBudget budget;
  for (std::size_t i = 0; i < resolved->size(); ++i) {
    const yaml::Node& document = (*resolved)[i];
    const std::string digest = version_digest(file_digest, i);
    if (document.find("filter") != nullptr) {
      auto filter = read_filter(document, diagnostics, context.placeholders);
      read.refused += filter ? 0 : 1;
      if (!filter) continue;
      filter->digest = digest;
      read.filters.push_back(std::move(*filter));
      if (budget.take(read.filters.back().detection.selections, document, diagnostics)) continue;
      return {{}, {}, resolved->size()};
    }
    auto rule = read_rule_document(document, diagnostics, context);
    read.refused += rule ? 0 : 1;
    if (!rule) continue;
    rule->digest = digest;
    rule->has_own_id = !rule->id.value().empty();
    if (!rule->has_own_id) rule->id = RuleId(digest);
    read.rules.push_back(std::move(*rule));
    if (!budget.take(read.rules.back().selections, document, diagnostics)) return {{}, {}, resolved->size()};
  }
  return read;
}

std::optional<Rule> read_rule(std::string_view bytes, Diagnostics& diagnostics, const ReadContext& context) {
  ReadDocuments read = read_documents(bytes, diagnostics, context);
  if (read.rules.empty()) return {};
  return std::move(read.rules.front());
}

ReadRules read_rules(std::span<const std::string> paths, const ReadContext& context) {
  RuleCollector collector(context);
  for (const std::string& path : paths) collector.add_path(path);
  return collector.take();
}

}  // namespace riposte
