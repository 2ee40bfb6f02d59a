#include "rules/event/field_lookup.h"

#include <algorithm>

#include "engine/base/ascii.h"

namespace riposte {
namespace {

void collect_test(const FieldTest& test, const Event& event, FieldValues& out) {
  if (test.ways.empty()) return event.collect(test.name, out);
  FieldLookup{test.ways, {}}.collect(event, out);
}

bool holds(const FieldTest& test, const Event& event) {
  FieldValues values;
  collect_test(test, event, values);
  return riposte::holds(test, values);
}

std::optional<Event> descend(Event place, const std::vector<ElementChoice>& choices) {
  for (const ElementChoice& choice : choices) {
    const std::vector<Event> objects = place.objects(choice.list);
    const auto chosen =
        std::ranges::find_if(objects, [&](const Event& object) { return all_hold(choice.having, object); });
    if (chosen == objects.end()) return {};
    place = *chosen;
  }
  return place;
}

void collect_joined(const FieldWay& way, const Event& place, FieldValues& out) {
  std::string joined;
  for (const std::string& path : way.join) {
    const std::optional<Scalar> value = place.first(path);
    if (!value) return;
    if (!joined.empty()) joined += ':';
    joined += value->text();
  }
  out.present = true;
  out.scalars.push_back({place.keep(std::move(joined))});
}

/// Cuts and converts what was found from place `begin` on; what has not the part that is looked for goes.
void convert(const FieldWay& way, const Event& event, FieldValues& out, std::size_t begin) {
  std::size_t kept = begin;
  for (std::size_t i = begin; i < out.scalars.size(); ++i) {
    Scalar scalar = out.scalars[i];
    if (!scalar.is_null() && !way.cuts.empty()) {
      std::optional<std::string> part = part_of(scalar.text(), way.cuts);
      if (!part) continue;
      scalar.value = event.keep(std::move(*part));
    }
    out.scalars[kept++] = in_form(scalar, way.form, event);
  }
  out.scalars.resize(kept);
}

void collect_way(const FieldWay& way, const Event& event, FieldValues& out) {
  if (!all_hold(way.when, event)) return;
  const std::optional<Event> place = descend(event, way.first);
  if (!place) return;
  if (!way.join.empty()) return collect_joined(way, *place, out);
  const bool was_present = out.present;
  const std::size_t begin = out.scalars.size();
  if (way.container.empty())
    place->collect(way.path, out);
  else
    place->collect_unspaced(way.container, way.path, out);
  convert(way, event, out, begin);
  if (out.scalars.size() == begin && !out.container) out.present = was_present;
}

}  // namespace

bool FieldWay::is_plain() const {
  return container.empty() && join.empty() && first.empty() && when.empty() && cuts.empty() &&
         form == ValueForm::as_written;
}

bool holds(const FieldTest& test, const FieldValues& found) {
  if (test.kind == FieldTest::Kind::present) return !found.is_null();
  if (test.kind == FieldTest::Kind::absent) return found.is_null();
  return std::ranges::any_of(found.scalars, [&](const Scalar& scalar) {
    return !scalar.is_null() &&
           std::ranges::find(test.values, lower_ascii(scalar.text())) != test.values.end();
  });
}

bool all_hold(const std::vector<FieldTest>& tests, const Event& event) {
  return std::ranges::all_of(tests, [&](const FieldTest& test) { return holds(test, event); });
}

void FieldLookup::collect(const Event& event, FieldValues& out) const {
  for (const FieldWay& way : ways) {
    if (!out.is_null()) return;
    if (way.is_plain())
      event.collect(way.path, out);
    else
      collect_way(way, event, out);
    drop_nothing(out);
  }
}

void FieldLookup::drop_nothing(FieldValues& found) const {
  if (nothing.empty()) return;
  std::erase_if(found.scalars, [&](const Scalar& scalar) {
    return scalar.is_string() &&
           std::ranges::find(nothing, std::get<std::string_view>(scalar.value)) != nothing.end();
  });
  if (found.scalars.empty() && !found.container) found.present = false;
}

FieldWay plain_way(std::string_view path) {
  FieldWay way;
  way.path = path;
  return way;
}

}  // namespace riposte
