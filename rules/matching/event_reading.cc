#include "rules/matching/event_reading.h"

#include <algorithm>

namespace riposte {
namespace {

void prepare_all(PreparedField& found) {
  found.prepared.clear();
  for (const Scalar& scalar : found.values.scalars)
    if (!scalar.is_null()) found.prepared.push_back(prepare(scalar));
  found.ready = true;
}

bool matcher_holds(const ValueMatcher& matcher, const PreparedField& found) {
  return matcher.matches_field(found.values) ||
         std::ranges::any_of(found.prepared,
                             [&](const PreparedValue& value) { return matcher.matches(value); });
}

bool reference_holds(const CompiledReference& reference, const PreparedField& found,
                     const PreparedField& others) {
  return std::ranges::any_of(found.prepared, [&](const PreparedValue& value) {
    return std::ranges::any_of(others.prepared, [&](const PreparedValue& other) {
      return refers(reference.reference, reference.cased, value, other);
    });
  });
}

}  // namespace

void EventReading::begin(const Event& event, std::span<const FieldLookup> fields) {
  event_.emplace(event);
  lookups_ = fields;
  // Made once: references to fields stay good while others are read.
  if (fields_.size() < fields.size()) fields_.resize(fields.size());
  for (PreparedField& found : fields_) found.ready = false;
  strings_.ready = false;
}

const PreparedField& EventReading::field(std::size_t number) {
  PreparedField& found = fields_[number];
  if (found.ready) return found;
  found.values.clear();
  lookups_[number].collect(*event_, found.values);
  prepare_all(found);
  return found;
}

const PreparedField& EventReading::strings() {
  if (strings_.ready) return strings_;
  string_leaves_.clear();
  event_->collect_strings(string_leaves_);
  strings_.values.clear();
  for (const std::string_view text : string_leaves_) strings_.values.scalars.push_back({text});
  prepare_all(strings_);
  return strings_;
}

bool holds(const CompiledPattern& pattern, const PreparedField& found, EventReading& reading) {
  if (const auto* matcher = std::get_if<ValueMatcher>(&pattern)) return matcher_holds(*matcher, found);
  const auto& reference = std::get<CompiledReference>(pattern);
  return reference_holds(reference, found, reading.field(reference.field));
}

bool holds(const CompiledLine& line, EventReading& reading) {
  const PreparedField& found = line.field ? reading.field(*line.field) : reading.strings();
  const auto value_holds = [&](const std::vector<CompiledPattern>& patterns) {
    return std::ranges::any_of(
        patterns, [&](const CompiledPattern& pattern) { return holds(pattern, found, reading); });
  };
  const bool plainly = line.all ? std::ranges::all_of(line.values, value_holds)
                                : std::ranges::any_of(line.values, value_holds);
  return plainly != line.negated;
}

bool holds(const CompiledSelection& selection, EventReading& reading) {
  return std::ranges::any_of(selection.maps, [&](const std::vector<CompiledLine>& map) {
    return std::ranges::all_of(map, [&](const CompiledLine& line) { return holds(line, reading); });
  });
}

}  // namespace riposte
