#include "rules/event/field_plan.h"

#include <algorithm>
#include <utility>

namespace riposte {
namespace {

FieldLookup lookup_of(const FieldTest& test) {
  if (test.ways.empty()) return {{plain_way(test.name)}, {}};
  return {test.ways, {}};
}

/// Where a way's value comes from; false when the table cannot hold it.
bool add_sources(const FieldWay& way, PathTable& table, std::vector<PathTable::Slot>& out) {
  std::vector<std::optional<PathTable::Slot>> slots;
  if (!way.first.empty()) {
    slots.push_back(table.add(way.first.front().list));
  } else if (!way.join.empty()) {
    for (const std::string& path : way.join) slots.push_back(table.add(path));
  } else if (!way.container.empty()) {
    slots.push_back(table.add_unspaced(way.container, way.path));
  } else {
    slots.push_back(table.add(way.path));
  }
  for (const auto& slot : slots) {
    if (!slot) return false;
    out.push_back(*slot);
  }
  return true;
}

/// Nothing but a place.
bool is_place(const FieldWay& way) {
  FieldWay rest = way;
  rest.container.clear();
  return rest.is_plain();
}

}  // namespace

FieldPlan::FieldPlan(FieldLookup lookup, PathTable& table) : lookup_(std::move(lookup)) {
  std::vector<PathTable::Slot> sources;
  is_plain_ = std::ranges::all_of(lookup_.ways, is_place);
  for (const FieldWay& way : lookup_.ways)
    if (!add_sources(way, table, sources)) {
      is_plain_ = false;
      return;
    }
  sources_ = std::move(sources);
  if (is_plain_ && sources_->size() == 1 && lookup_.nothing.empty()) only_slot_ = sources_->front();
}

bool FieldPlan::all_plain(const PathReading& paths) const {
  return std::ranges::all_of(*sources_, [&](PathTable::Slot slot) { return paths.is_plain(slot); });
}

void FieldPlan::collect(const Event& event, const PathReading& paths, FieldValues& out) const {
  if (!is_plain_ || !all_plain(paths)) return lookup_.collect(event, out);
  for (const PathTable::Slot slot : *sources_) {
    if (!out.is_null()) return;
    if (!paths.has(slot)) continue;
    paths.collect(slot, out);
    lookup_.drop_nothing(out);
  }
}

bool FieldPlan::may_have(const PathReading& paths) const {
  return !sources_ || std::ranges::any_of(*sources_, [&](PathTable::Slot slot) { return paths.has(slot); });
}

TestPlan::TestPlan(FieldTest test, PathTable& table)
    : test_(std::move(test)), field_(lookup_of(test_), table) {}

bool TestPlan::holds(const Event& event, const PathReading& paths) const {
  const auto slot = field_.only_slot();
  if (slot && !paths.has(*slot)) return test_.kind == FieldTest::Kind::absent;
  const auto value = slot && paths.is_plain(*slot) ? paths.single(*slot) : std::nullopt;
  if (value && test_.kind != FieldTest::Kind::one_of)
    return value->is_null() == (test_.kind == FieldTest::Kind::absent);
  FieldValues found;
  field_.collect(event, paths, found);
  return riposte::holds(test_, found);
}

bool add_dependencies(const std::vector<FieldTest>& tests, PathTable& table,
                      std::vector<PathTable::Slot>& out) {
  return std::ranges::all_of(
      tests, [&](const FieldTest& test) { return add_dependencies(lookup_of(test), table, out); });
}

bool add_dependencies(const FieldLookup& lookup, PathTable& table, std::vector<PathTable::Slot>& out) {
  return std::ranges::all_of(lookup.ways, [&](const FieldWay& way) {
    return way.first.empty() && add_sources(way, table, out) && add_dependencies(way.when, table, out);
  });
}

}  // namespace riposte
