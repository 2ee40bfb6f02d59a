#include "rules/event/event.h"

#include <algorithm>
#include <span>
#include <utility>

#include "rules/event/document.h"

namespace riposte {
namespace {

/// The value under a key; empty when the object has none.
std::optional<std::uint32_t> child_of(const Tape& tape, std::uint32_t object, std::string_view wanted) {
  std::optional<std::uint32_t> child;
  find_member(tape, object, [&](std::uint32_t key, std::uint32_t value) {
    if (tape.string(key) == wanted) child = value;
    return child.has_value();
  });
  return child;
}

/// Gives what stands at `path` below `at` to `see`; true when something does. A node is reached by one way of
/// splitting the path only, so the work is bounded by the document.
template <class See>
bool walk(const Tape& tape, std::uint32_t at, std::string_view path, const See& see) {
  if (tape.is_array(at)) {
    bool found = false;
    for_each_item(tape, at, [&](std::uint32_t item) { found |= walk(tape, item, path, see); });
    return found;
  }
  if (!tape.is_object(at)) return false;
  if (const auto child = child_of(tape, at, path)) {
    see(*child);
    return true;
  }
  for (std::size_t dot = path.rfind('.'); dot != std::string_view::npos; dot = path.substr(0, dot).rfind('.'))
    if (const auto child = child_of(tape, at, path.substr(0, dot));
        child && walk(tape, *child, path.substr(dot + 1), see))
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

void add_objects(const Tape& tape, std::uint32_t at, std::vector<std::uint32_t>& out) {
  if (tape.is_object(at)) out.push_back(at);
  if (tape.is_array(at)) for_each_item(tape, at, [&](std::uint32_t item) { add_objects(tape, item, out); });
}

}  // namespace

void add_value(const Tape& tape, std::uint32_t at, FieldValues& out) {
  out.present = true;
  if (tape.is_object(at)) {
    out.container = true;
  } else if (tape.is_array(at)) {
    if (tape.behind(at) == at + 1) out.container = true;
    for_each_item(tape, at, [&](std::uint32_t item) { add_value(tape, item, out); });
  } else {
    out.scalars.push_back(tape.scalar(at));
  }
}

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
  const Tape& tape = document_->reader.tape();
  walk(tape, object_, path, [&](std::uint32_t found) { add_value(tape, found, out); });
}

void Event::collect_unspaced(std::string_view container, std::string_view name, FieldValues& out) const {
  const Tape& tape = document_->reader.tape();
  walk(tape, object_, container, [&](std::uint32_t found) {
    if (!tape.is_object(found)) return;
    find_member(tape, found, [&](std::uint32_t key, std::uint32_t value) {
      if (!equal_without_blanks(tape.string(key), name)) return false;
      add_value(tape, value, out);
      return true;
    });
  });
}

std::optional<Scalar> Event::first(std::string_view path) const {
  FieldValues values;
  collect(path, values);
  for (const Scalar& scalar : values.scalars)
    if (!scalar.is_null()) return scalar;
  return {};
}

EventStrings Event::strings() const {
  const Tape& tape = document_->reader.tape();
  const std::span<const std::uint32_t> all = document_->reader.outline().strings;
  const auto first = std::ranges::lower_bound(all, object_);
  const auto last = std::ranges::lower_bound(all, tape.behind(object_));
  return {tape, {first, last}};
}

std::vector<Event> Event::objects(std::string_view path) const {
  const Tape& tape = document_->reader.tape();
  std::vector<std::uint32_t> found;
  walk(tape, object_, path, [&](std::uint32_t at) { add_objects(tape, at, found); });
  std::vector<Event> events;
  for (const std::uint32_t at : found) events.push_back(Event(*document_, at));
  return events;
}

std::string_view Event::string_bytes() const { return document_->reader.string_bytes(); }

std::string_view Event::keep(std::string text) const { return document_->kept.emplace_back(std::move(text)); }

}  // namespace riposte
