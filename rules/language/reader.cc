#include "rules/language/reader.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/base/nearest.h"
#include "engine/lifecycle/action.h"
#include "rules/language/collection.h"
#include "rules/language/detection.h"
#include "rules/language/head.h"
#include "rules/language/map_reader.h"
#include "rules/language/response.h"

namespace riposte {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 5> kStatuses{"stable", "test", "experimental", "deprecated",
                                                    "unsupported"};
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

/// A rule without an id of its own goes by its text.
void read_identity(MapReader& map, Rule& rule) {
  rule.title = map.text("title").value_or("");
  rule.name = map.text("name").value_or("");
  const yaml::Node* id = map.find("id");
  rule.location = map.diagnostics().place(id != nullptr ? *id : map.node());
  if (rule.title.empty()) map.diagnostics().warning(map.node(), "the rule has no 'title'");
  if (id != nullptr || map.has("response")) {
    rule.id = RuleId(map.required_text("id").value_or(""));
    return;
  }
  map.diagnostics().warning(map.node(),
                            "the rule has no 'id': it goes by its text, and by another name whenever "
                            "that changes");
}

void read_head(MapReader& map, Rule& rule) {
  read_identity(map, rule);
  rule.status = map.one_of("status", kStatuses).value_or("");
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

bool is_rule_file(const fs::path& path) { return path.extension() == ".yml" || path.extension() == ".yaml"; }

/// Reads many files and keeps what they share: the ids, and which files have been seen.
class RuleCollector {
 public:
  explicit RuleCollector(const ReadContext& context) : context_(context) {}

  void add_path(const std::string& path) {
    std::error_code error;
    if (fs::is_directory(path, error))
      add_folder(path);
    else
      add_file(path);
  }

  ReadRules take() {
    apply_filters(filters_, result_.rules, result_.diagnostics);
    return std::move(result_);
  }

 private:
  void complain(const std::string& file, std::string message,
                Diagnostic::Kind kind = Diagnostic::Kind::error) {
    result_.diagnostics.push_back({{file, 1, 1}, kind, std::move(message)});
    if (kind == Diagnostic::Kind::error) ++result_.refused;
  }

  void add_folder(const std::string& folder) {
    std::vector<std::string> files;
    std::error_code error;
    auto it = fs::recursive_directory_iterator(folder, error);
    for (; !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
      // Hidden entries are editors' and deployment tools' own copies.
      if (it->path().filename().string().starts_with('.')) {
        it.disable_recursion_pending();
        continue;
      }
      std::error_code ignored;
      if (is_rule_file(it->path()) && !it->is_directory(ignored)) files.push_back(it->path().string());
    }
    if (error) complain(folder, fmt::format("cannot read the folder: {}", error.message()));
    std::ranges::sort(files);
    for (const std::string& file : files) add_file(file);
    if (files.empty() && !error)
      complain(folder, "no rule (*.yml, *.yaml) in this folder", Diagnostic::Kind::warning);
  }

  void add_file(const std::string& file) {
    std::error_code ignored;
    fs::path canonical = fs::weakly_canonical(file, ignored);
    if (!seen_.insert(canonical.empty() ? file : canonical.string()).second) return;
    const Result<std::string> bytes = yaml::read_file(file);
    if (!bytes) {
      complain(file, bytes.error().what);
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
  std::set<std::string> seen_;
};

std::optional<Rule> read_rule_document(const yaml::Node& document, Diagnostics& diagnostics,
                                       const ReadContext& context) {
  const std::size_t errors_before = diagnostics.errors();
  MapReader map(document, "the rule", diagnostics);
  if (!document.is_map() && !document.is_null()) return {};
  if (const yaml::Entry* correlation = document.find("correlation")) {
    diagnostics.error(*correlation, "correlation rules are not supported yet");
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
std::string version_digest(std::string_view bytes, std::size_t number) {
  return digest_of(number == 0 ? std::string(bytes) : fmt::format("{}\n{}", bytes, number));
}

}  // namespace

ReadDocuments read_documents(std::string_view bytes, Diagnostics& diagnostics, const ReadContext& context) {
  ReadDocuments read;
  auto documents = yaml::parse_documents(bytes, diagnostics);
  if (!documents) return {{}, {}, 1};
  if (documents->empty()) documents->emplace_back();
  const std::vector<yaml::Node> resolved = resolve_collection(std::move(*documents));
  for (std::size_t i = 0; i < resolved.size(); ++i) {
    const std::string digest = version_digest(bytes, i);
    if (resolved[i].find("filter") != nullptr) {
      auto filter = read_filter(resolved[i], diagnostics, context.placeholders);
      read.refused += filter ? 0 : 1;
      if (filter) read.filters.push_back(std::move(*filter));
      if (filter) read.filters.back().digest = digest;
      continue;
    }
    auto rule = read_rule_document(resolved[i], diagnostics, context);
    read.refused += rule ? 0 : 1;
    if (!rule) continue;
    rule->digest = digest;
    if (rule->id.value().empty()) rule->id = RuleId(digest);
    read.rules.push_back(std::move(*rule));
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
