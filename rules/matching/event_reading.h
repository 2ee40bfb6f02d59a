/// One event as the patterns see it: its fields and its strings, read and prepared when they are first asked
/// for. And whether lines and selections hold there.
///
/// Threads: one. Limits: valid as long as the event that begin() was given.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "rules/event/event.h"
#include "rules/event/field_lookup.h"
#include "rules/matching/compiled_rule.h"
#include "rules/matching/value_matcher.h"

namespace riposte {

struct PreparedField {
  bool ready = false;  ///< for the event at hand
  FieldValues values;
  std::vector<PreparedValue> prepared;  ///< those that are not null
};

class EventReading {
 public:
  /// `fields`: how the event's format finds each field, by number.
  void begin(const Event& event, std::span<const FieldLookup> fields);

  const PreparedField& field(std::size_t number);
  /// Every string of the event.
  const PreparedField& strings();

 private:
  std::optional<Event> event_;
  std::span<const FieldLookup> lookups_;
  std::vector<PreparedField> fields_;
  PreparedField strings_;
  std::vector<std::string_view> string_leaves_;
};

/// `found`: the values of the line that the pattern belongs to.
bool holds(const CompiledPattern& pattern, const PreparedField& found, EventReading& reading);
bool holds(const CompiledLine& line, EventReading& reading);
bool holds(const CompiledSelection& selection, EventReading& reading);

}  // namespace riposte
