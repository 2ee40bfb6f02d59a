/// A FieldLookup or a FieldTest that takes what it can from a PathReading instead of searching the event.
///
/// Threads: any; immutable.
#pragma once

#include <optional>
#include <vector>

#include "rules/event/field_lookup.h"
#include "rules/event/path_reading.h"
#include "rules/event/path_table.h"

namespace riposte {

class FieldPlan {
 public:
  FieldPlan() = default;
  /// Adds its paths to the table.
  FieldPlan(FieldLookup lookup, PathTable& table);

  /// As FieldLookup::collect. `paths`: what that very event has.
  void collect(const Event& event, const PathReading& paths, FieldValues& out) const;

  /// False when the field has no value for certain.
  bool may_have(const PathReading& paths) const;
  /// The slot that is all there is to the field, when it is one.
  std::optional<PathTable::Slot> only_slot() const { return only_slot_; }

  /// Unless something stands at one of these slots the field has no value. Empty: that cannot be known.
  const std::optional<std::vector<PathTable::Slot>>& sources() const { return sources_; }

 private:
  bool all_plain(const PathReading& paths) const;

  FieldLookup lookup_;
  std::optional<std::vector<PathTable::Slot>> sources_;
  std::optional<PathTable::Slot> only_slot_;
  bool is_plain_ = false;  ///< the sources, one way each, are all there is to it
};

class TestPlan {
 public:
  TestPlan(FieldTest test, PathTable& table);
  bool holds(const Event& event, const PathReading& paths) const;

 private:
  FieldTest test_;
  FieldPlan field_;
};

/// Every slot that the outcome of the tests depends on, added to `out`; false when there is more to it than
/// what stands at some paths.
bool add_dependencies(const std::vector<FieldTest>& tests, PathTable& table,
                      std::vector<PathTable::Slot>& out);
bool add_dependencies(const FieldLookup& lookup, PathTable& table, std::vector<PathTable::Slot>& out);

}  // namespace riposte
