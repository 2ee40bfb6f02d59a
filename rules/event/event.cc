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

/// True when something stands at `path` below `element`. A node is reached by one way of splitting the path
/// only, so the work is bounded by the document.
bool walk(dom::element element, std::string_view path, FieldValues& out) {
  dom::array array;
  if (element.get(array) == simdjson::SUCCESS) {
    bool found = false;
    for (const dom::element item : array) found |= walk(item, path, out);
    return found;
  }
  dom::object object;
  if (element.get(object) != simdjson::SUCCESS) return false;
  dom::element child;
  if (object.at_key(path).get(child) == simdjson::SUCCESS) {
    see_value(child, out);
    return true;
  }
  for (std::size_t dot = path.rfind('.'); dot != std::string_view::npos; dot = path.substr(0, dot).rfind('.'))
    if (object.at_key(path.substr(0, dot)).get(child) == simdjson::SUCCESS &&
        walk(child, path.substr(dot + 1), out))
      return true;
  return false;
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

void Event::collect(std::string_view path, FieldValues& out) const { walk(document_->root, path, out); }

std::optional<Scalar> Event::first(std::string_view path) const {
  FieldValues values;
  collect(path, values);
  for (const Scalar& scalar : values.scalars)
    if (!scalar.is_null()) return scalar;
  return {};
}

void Event::collect_strings(std::vector<std::string_view>& out) const { walk_strings(document_->root, out); }

}  // namespace riposte
