#include "rules/language/rule_test.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "engine/lifecycle/state.h"
#include "rules/language/yaml_json.h"

namespace riposte {
namespace {

std::array<std::string_view, kStateCount> state_names() {
  std::array<std::string_view, kStateCount> names;
  std::ranges::transform(kStates, names.begin(), [](State state) { return name_of(state); });
  return names;
}

ExpectedAction read_expected(const yaml::Node& node, Diagnostics& diagnostics) {
  MapReader map(node, "expected action", diagnostics);
  ExpectedAction expected;
  expected.location = diagnostics.place(node);
  expected.type = map.required_text("action").value_or("");
  expected.state = map.one_of("state", state_names());
  expected.comment = map.text("comment");
  expected.reason = map.text("reason");
  if (auto parameters = map.map("parameters"))
    for (const yaml::Entry& entry : parameters->entries())
      if (const auto text = scalar_text(entry.value, fmt::format("parameter '{}'", entry.key), diagnostics))
        expected.parameters[entry.key] = *text;
  map.finish();
  return expected;
}

std::optional<WallTime> read_moment(MapReader& map) {
  const auto text = map.text("at");
  if (!text) return {};
  const auto moment = parse_iso8601(*text);
  if (!moment)
    map.diagnostics().error(*map.find("at"),
                            fmt::format("'{}' is no moment; write it like 2026-03-10T12:00:00Z", *text));
  return moment;
}

void read_event(MapReader& map, RuleTest& test) {
  const yaml::Node* event = map.find("event");
  test.event_file = map.text("event_file").value_or("");
  if ((event != nullptr) == !test.event_file.empty())
    map.diagnostics().error(map.node(), "a test has either an 'event' or an 'event_file'");
  if (event == nullptr) return;
  if (event->is_map())
    test.event = json_of(*event);
  else
    map.diagnostics().error(*event, fmt::format("'event' must be a map, not {}", yaml::describe(*event)));
}

RuleTest read_test(const yaml::Node& node, std::size_t number, Diagnostics& diagnostics) {
  MapReader map(node, fmt::format("test {}", number), diagnostics);
  RuleTest test;
  test.location = diagnostics.place(node);
  test.name = map.text("name").value_or(fmt::format("test {}", number));
  test.at = read_moment(map);
  test.matches = map.boolean("matches").value_or(true);
  read_event(map, test);
  if (map.has("actions")) {
    test.actions.emplace();
    for (const yaml::Node& item : map.list("actions"))
      test.actions->push_back(read_expected(item, diagnostics));
    if (!test.matches && !test.actions->empty())
      diagnostics.error(*map.find("actions"), "a test whose event must not match cannot expect actions");
  }
  map.finish();
  return test;
}

}  // namespace

std::vector<RuleTest> read_rule_tests(MapReader& rule) {
  std::vector<RuleTest> tests;
  for (const yaml::Node& item : rule.list("tests"))
    tests.push_back(read_test(item, tests.size() + 1, rule.diagnostics()));
  return tests;
}

}  // namespace riposte
