#include "rules/language/response_files.h"

#include <algorithm>
#include <array>
#include <iterator>

#include <fmt/format.h>

#include "engine/base/nearest.h"
#include "engine/lifecycle/action.h"
#include "rules/language/head.h"
#include "rules/language/map_reader.h"
#include "rules/language/response.h"
#include "rules/language/yaml_files.h"

namespace riposte {
namespace {

void read_rule_names(MapReader& map, AttachConditions& into) {
  const yaml::Node* node = map.find("rules");
  if (node == nullptr) return;
  Diagnostics& diagnostics = map.diagnostics();
  const std::span<const yaml::Node> items =
      node->is_sequence() ? std::span<const yaml::Node>(node->items) : std::span(node, 1);
  for (const yaml::Node& item : items)
    if (auto id = scalar_text(item, "every item of 'rules'", diagnostics))
      into.rules.push_back({RuleId(std::move(*id)), diagnostics.place(item)});
}

void read_levels(MapReader& map, AttachConditions& into) {
  for (const std::string& name : map.texts("levels")) {
    if (const auto level = parse_severity(name))
      into.levels.push_back(*level);
    else
      map.diagnostics().error(*map.find("levels"),
                              fmt::format("'levels' may hold {}, not '{}'{}", fmt::join(kSeverityNames, ", "),
                                          name, did_you_mean(name, kSeverityNames)));
  }
}

/// A key with an empty list would mean "none of them" to one reader and "any" to another.
void refuse_empty_lists(MapReader& map) {
  for (const yaml::Entry& entry : map.node().entries)
    if (entry.value.is_null() || (entry.value.is_sequence() && entry.value.items.empty()))
      map.diagnostics().error(
          entry, fmt::format("'{}' in {} is empty; fill it or leave it out", entry.key, map.what()));
}

AttachConditions read_conditions(const yaml::Node& node, Diagnostics& diagnostics) {
  AttachConditions conditions;
  MapReader map(node, "attach", diagnostics);
  read_rule_names(map, conditions);
  conditions.tags = map.texts("tags");
  read_levels(map, conditions);
  if (auto logsource = map.map("logsource")) {
    conditions.products = logsource->texts("product");
    conditions.categories = logsource->texts("category");
    conditions.services = logsource->texts("service");
    logsource->finish();
    refuse_empty_lists(*logsource);
  }
  map.finish();
  refuse_empty_lists(map);
  if (node.is_map() && node.entries.empty())
    diagnostics.error(node, "'attach' says nothing; name rules, tags, levels or a logsource");
  return conditions;
}

std::optional<Attachment> read_entry(const yaml::Node& node, std::size_t number, Diagnostics& diagnostics,
                                     const ReadContext& context) {
  const std::size_t errors_before = diagnostics.errors();
  MapReader map(node, fmt::format("response file entry {}", number), diagnostics);
  if (!node.is_map()) return {};
  Attachment made;
  made.location = diagnostics.place(node);
  if (const yaml::Node* attach = map.required("attach"))
    made.conditions = read_conditions(*attach, diagnostics);
  made.authors = split_authors(map.texts("author"));
  map.text("description");
  if (const yaml::Node* response = map.required("response")) {
    made.responses = read_responses(*response, diagnostics, context);
    if (made.authors.empty())
      diagnostics.warning(*response,
                          "the response names no 'author'; nobody is kept from approving what it asks for");
  }
  map.finish();
  for (ActionTemplate& response : made.responses) response.authors = made.authors;
  return diagnostics.errors() == errors_before ? std::optional(std::move(made)) : std::nullopt;
}

void read_file_into(const std::string& bytes, Diagnostics& diagnostics, const ReadContext& context,
                    ReadAttachments& into) {
  const std::optional<yaml::Node> root = yaml::parse(bytes, diagnostics);
  if (!root || !root->is_sequence()) {
    if (root)
      diagnostics.error(*root,
                        fmt::format("a response file is a list, not {}; begin each entry with '- attach:'",
                                    yaml::describe(*root)));
    ++into.refused;
    return;
  }
  const std::string digest = digest_of(bytes);
  for (std::size_t i = 0; i < root->items.size(); ++i) {
    auto entry = read_entry(root->items[i], i + 1, diagnostics, context);
    if (!entry) {
      ++into.refused;
      continue;
    }
    const std::string number = std::to_string(i + 1);
    entry->digest = digest_of_parts(std::array<std::string_view, 2>{digest, number});
    into.attachments.push_back(std::move(*entry));
  }
}

}  // namespace

ReadAttachments read_response_files(std::span<const std::string> paths, const ReadContext& context) {
  ReadAttachments result;
  YamlFiles files("response file");
  for (const std::string& path : paths) {
    for (const std::string& file : files.below(path, result.diagnostics)) {
      Diagnostics diagnostics(file);
      const Result<std::string> bytes = yaml::read_file(file);
      if (bytes) {
        read_file_into(*bytes, diagnostics, context, result);
      } else {
        diagnostics.error(Location{file, 1, 1}, bytes.error().what);
        ++result.refused;
      }
      std::ranges::move(diagnostics.take(), std::back_inserter(result.diagnostics));
    }
  }
  return result;
}

}  // namespace riposte
