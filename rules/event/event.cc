#include "rules/event/event.h"

#include <utility>

#include "rules/event/document.h"

namespace riposte {
namespace {

namespace dom = simdjson::dom;

Scalar scalar_of(dom::element element) {
  switch (element.type()) {
    case dom::element_type::BOOL:
      return {bool{element}};
    case dom::element_type::INT64:
      return {std::int64_t{element}};
    case dom::element_type::UINT64:
      return {std::uint64_t{element}};
    case dom::element_type::DOUBLE:
      return {double{element}};
    case dom::element_type::STRING:
      return {std::string_view{element}};
    default:
      return {};
  }
}

/// Gives every scalar of `element` to `see`, elements of arrays one by one, and says of objects and empty
/// arrays that they are there.
void see_value(dom::element element, FieldValues& out) {
  out.present = true;
  if (element.is_object()) {
    out.container = true;
    return;
  }
  dom::array array;
  if (element.get(array) != simdjson::SUCCESS) {
    out.scalars.push_back(scalar_of(element));
    return;
  }
  if (array.begin() == array.end()) out.container = true;
  for (const dom::element item : array) see_value(item, out);
}

/// Gives what stands at `path` below `element` to `see`; true when something does. A node is reached by one
/// way of splitting the path only, so the work is bounded by the document.
template <class See>
bool walk(dom::element element, std::string_view path, const See& see) {
  dom::array array;
  if (element.get(array) == simdjson::SUCCESS) {
    bool found = false;
    for (const dom::element item : array) found |= walk(item, path, see);
    return found;
  }
  dom::object object;
  if (element.get(object) != simdjson::SUCCESS) return false;
  dom::element child;
  if (object.at_key(path).get(child) == simdjson::SUCCESS) {
    see(child);
    return true;
  }
  for (std::size_t dot = path.rfind('.'); dot != std::string_view::npos; dot = path.substr(0, dot).rfind('.'))
    if (object.at_key(path.substr(0, dot)).get(child) == simdjson::SUCCESS &&
        walk(child, path.substr(dot + 1), see))
      return true;
  return false;
}

bool equal_without_blanks(std::string_view key, std::string_view name) {
  std::size_t at = 0;
  for (const char c : key) {
    if (c == ' ') continue;
    if (at == name.size() || c != name[at]) return false;
    ++at;
  }
  return at == name.size();
}

void add_objects(dom::element element, std::vector<dom::element>& out) {
  if (element.is_object()) out.push_back(element);
  dom::array array;
  if (element.get(array) != simdjson::SUCCESS) return;
  for (const dom::element item : array) add_objects(item, out);
}

void walk_strings(dom::element element, std::vector<std::string_view>& out) {
  if (std::string_view text; element.get(text) == simdjson::SUCCESS) {
    out.push_back(text);
  } else if (dom::array array; element.get(array) == simdjson::SUCCESS) {
    for (const dom::element item : array) walk_strings(item, out);
  } else if (dom::object object; element.get(object) == simdjson::SUCCESS) {
    for (const dom::key_value_pair member : object) walk_strings(member.value, out);
  }
}

}  // namespace

bool FieldValues::is_null() const {
  if (container) return false;
  for (const Scalar& scalar : scalars)
    if (!scalar.is_null()) return false;
  return true;
}

void FieldValues::clear() {
  present = false;
  container = false;
  scalars.clear();
}

void Event::collect(std::string_view path, FieldValues& out) const {
  walk(document_->objects[object_], path, [&](dom::element found) { see_value(found, out); });
}

void Event::collect_unspaced(std::string_view container, std::string_view name, FieldValues& out) const {
  walk(document_->objects[object_], container, [&](dom::element found) {
    dom::object object;
    if (found.get(object) != simdjson::SUCCESS) return;
    for (const dom::key_value_pair member : object)
      if (equal_without_blanks(member.key, name)) return see_value(member.value, out);
  });
}

std::optional<Scalar> Event::first(std::string_view path) const {
  FieldValues values;
  collect(path, values);
  for (const Scalar& scalar : values.scalars)
    if (!scalar.is_null()) return scalar;
  return {};
}

void Event::collect_strings(std::vector<std::string_view>& out) const {
  walk_strings(document_->objects[object_], out);
}

std::vector<Event> Event::objects(std::string_view path) const {
  const std::size_t begin = document_->objects.size();
  std::vector<dom::element> found;
  walk(document_->objects[object_], path, [&](dom::element element) { add_objects(element, found); });
  document_->objects.insert(document_->objects.end(), found.begin(), found.end());
  std::vector<Event> events;
  for (std::size_t i = begin; i < document_->objects.size(); ++i) events.push_back(Event(*document_, i));
  return events;
}

std::string_view Event::keep(std::string text) const { return document_->kept.emplace_back(std::move(text)); }

}  // namespace riposte
