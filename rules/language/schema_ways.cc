#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "engine/base/ascii.h"
#include "rules/language/schema_parts.h"

namespace riposte::schema_file {
namespace {

constexpr std::array<std::string_view, 7> kForms{"as_written", "integer",  "time",    "epoch_s",
                                                 "epoch_ms",   "epoch_us", "epoch_ns"};
constexpr std::array<std::string_view, 5> kCuts{"before", "after", "before_last", "after_last", "value_of"};

bool depends_on_conditions(const std::vector<FieldWay>& ways) {
  return std::ranges::any_of(ways, [](const FieldWay& way) { return !way.when.empty(); });
}

FieldTest read_test(const yaml::Entry& entry, const Names& names, Diagnostics& diagnostics) {
  FieldTest test;
  test.name = entry.key;
  if (names.schema == nullptr) {
    check_path(entry.key, entry.value, diagnostics);
  } else {
    test.ways = names.schema->lookup_of(entry.key).ways;
    if (!names.may_depend && depends_on_conditions(test.ways))
      diagnostics.error(entry,
                        fmt::format("the condition asks for '{}', which has a 'when' of its own; name the "
                                    "path that it stands at",
                                    entry.key));
  }
  if (entry.value.is_null()) {
    test.kind = FieldTest::Kind::absent;
  } else if (!entry.value.is_scalar() || entry.value.text != "*") {
    test.kind = FieldTest::Kind::one_of;
    const std::span<const yaml::Node> items =
        entry.value.is_sequence() ? std::span(entry.value.items) : std::span(&entry.value, 1);
    for (const yaml::Node& item : items)
      if (auto text = scalar_text(item, fmt::format("the value of '{}'", entry.key), diagnostics))
        test.values.push_back(lower_ascii(*text));
    if (items.empty())
      diagnostics.error(entry, fmt::format("'{}' has no values to be compared with", entry.key));
  }
  return test;
}

ElementChoice read_choice(const yaml::Node& node, Diagnostics& diagnostics) {
  ElementChoice choice;
  MapReader map(node, "first", diagnostics);
  choice.list = map.required_text("in").value_or("");
  if (const yaml::Node* list = map.find("in")) check_path(choice.list, *list, diagnostics);
  if (const yaml::Node* having = map.find("having")) {
    if (having->is_scalar()) {
      check_path(having->text, *having, diagnostics);
      choice.having.push_back({FieldTest::Kind::present, having->text, {}, {}});
    } else {
      choice.having = read_tests(*having, "having", {}, diagnostics);
    }
  }
  map.finish();
  return choice;
}

std::vector<ElementChoice> read_choices(const yaml::Node& node, Diagnostics& diagnostics) {
  std::vector<ElementChoice> choices;
  if (!node.is_sequence()) choices.push_back(read_choice(node, diagnostics));
  for (const yaml::Node& item : node.items) choices.push_back(read_choice(item, diagnostics));
  return choices;
}

/// In the order in which they are written.
std::vector<Cut> read_cuts(MapReader& map) {
  std::vector<Cut> cuts;
  for (const yaml::Entry& entry : map.node().entries) {
    const auto kind = std::ranges::find(kCuts, entry.key);
    if (kind == kCuts.end()) continue;
    if (const auto text = map.required_text(entry.key))
      cuts.push_back({static_cast<Cut::Kind>(kind - kCuts.begin()), *text});
  }
  // Asked for, so that a misspelt one is put right.
  for (const std::string_view name : kCuts) map.find(name);
  return cuts;
}

FieldWay read_way_map(const yaml::Node& node, const std::string& name, const Names& names,
                      Diagnostics& diagnostics) {
  FieldWay way;
  MapReader map(node, fmt::format("the way to '{}'", name), diagnostics);
  way.path = map.text("path").value_or("");
  way.join = read_paths(map, "join");
  if (const yaml::Node* path = map.find("path"); path != nullptr && path->is_scalar())
    check_path(path->text, *path, diagnostics);
  if (map.has("path") == map.has("join"))
    diagnostics.error(node, fmt::format("the way to '{}' needs either 'path' or 'join'", name));
  if (const yaml::Node* first = map.find("first")) way.first = read_choices(*first, diagnostics);
  if (const yaml::Node* when = map.find("when")) way.when = read_tests(*when, "when", names, diagnostics);
  way.cuts = read_cuts(map);
  if (const auto form = map.one_of("as", kForms))
    way.form = static_cast<ValueForm>(std::ranges::find(kForms, *form) - kForms.begin());
  if (!way.join.empty() && (!way.cuts.empty() || way.form != ValueForm::as_written))
    diagnostics.error(node, fmt::format("'join' makes a text of its own: leave out 'as' and the cuts ({})",
                                        fmt::join(kCuts, ", ")));
  map.finish();
  return way;
}

FieldWay read_way(const yaml::Node& node, const std::string& name, const Names& names,
                  Diagnostics& diagnostics) {
  if (node.is_map()) return read_way_map(node, name, names, diagnostics);
  const auto path = scalar_text(node, fmt::format("the way to '{}'", name), diagnostics);
  if (path) check_path(*path, node, diagnostics);
  return plain_way(path.value_or(""));
}

}  // namespace

void check_path(const std::string& path, const yaml::Node& at, Diagnostics& diagnostics) {
  if (!path.empty() && !path.starts_with('.') && !path.ends_with('.') && path.find("..") == std::string::npos)
    return;
  diagnostics.error(
      at,
      fmt::format("'{}' is no path; write keys from the outside in with dots between, such as process.pid",
                  path));
}

std::vector<std::string> read_paths(MapReader& map, std::string_view key) {
  std::vector<std::string> paths = map.texts(key);
  if (const yaml::Node* node = map.find(key))
    for (const std::string& path : paths) check_path(path, *node, map.diagnostics());
  return paths;
}

std::vector<FieldTest> read_tests(const yaml::Node& node, const std::string& what, const Names& names,
                                  Diagnostics& diagnostics) {
  std::vector<FieldTest> tests;
  MapReader map(node, what, diagnostics);
  for (const yaml::Entry& entry : map.entries()) tests.push_back(read_test(entry, names, diagnostics));
  if (tests.empty() && (node.is_map() || node.is_null()))
    diagnostics.error(node, fmt::format("'{}' asks for nothing; write a field and its value", what));
  return tests;
}

std::vector<FieldWay> read_ways(const yaml::Node& node, const std::string& name, const Names& names,
                                Diagnostics& diagnostics) {
  std::vector<FieldWay> ways;
  if (!node.is_sequence()) ways.push_back(read_way(node, name, names, diagnostics));
  for (const yaml::Node& item : node.items) ways.push_back(read_way(item, name, names, diagnostics));
  if (ways.empty()) diagnostics.error(node, fmt::format("field '{}' has no path", name));
  return ways;
}

}  // namespace riposte::schema_file
