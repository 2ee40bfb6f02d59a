/// An event format as a set of rules needs it: how to tell it, where the rules' fields stand in it, and which
/// of the rules' log sources its events come from.
///
/// Threads: any; immutable. An OriginMemo belongs to one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "rules/event/event.h"
#include "rules/event/field_plan.h"
#include "rules/event/path_reading.h"
#include "rules/event/path_table.h"
#include "rules/event/schema.h"
#include "rules/language/rule.h"

namespace riposte {

/// Which log sources, by number, an event may come from.
using Admitted = std::vector<bool>;

class Format {
 public:
  /// Adds to `paths` what it takes to tell the format.
  Format(Schema schema, PathTable& paths, std::span<const LogSource> log_sources, bool ignore_logsource);

  /// So many fields have numbers; those that are not added have no value.
  void expect_fields(std::size_t count) { fields_.resize(count); }
  /// The field with this number stands where the schema says.
  void add_field(std::size_t number, const std::string& name, PathTable& paths);

  const Schema& schema() const { return schema_; }
  /// As Schema::has_shape of the very event that `paths` was read from.
  bool has_shape(const Event& event, const PathReading& paths) const;
  /// Whether the event has something where the format may be wrapped into another.
  bool may_be_wrapped(const PathReading& paths) const;
  std::size_t fields() const { return fields_.size(); }
  const FieldPlan& field(std::size_t number) const { return fields_[number]; }
  /// Calls `see` with every field that may have a value, possibly more than once.
  template <class See>
  void for_each_field(const PathReading& paths, const See& see) const {
    for (const std::uint32_t field : anywhere_) see(field);
    for (const PathTable::Slot slot : paths.touched())
      if (slot < fields_at_.size())
        for (const std::uint32_t field : fields_at_[slot]) see(field);
  }

  /// Whether some event of the format may come from the log source.
  bool may_admit(std::size_t log_source) const { return possible_[log_source]; }
  Admitted admitted(const Event& event) const;
  /// What the outcome of admitted() depends on, written down; empty when it cannot be. The text is good until
  /// the next call with the same buffer.
  std::optional<std::string_view> origin_key(const PathReading& paths, std::string& buffer) const;

 private:
  Schema schema_;
  std::vector<std::vector<TestPlan>> detect_;
  std::vector<FieldPlan> bodies_;
  std::vector<FieldPlan> fields_;
  std::vector<std::vector<std::uint32_t>> fields_at_;  ///< by slot
  std::vector<std::uint32_t> anywhere_;                ///< fields that no slot announces
  std::vector<LogSource> log_sources_;
  Admitted possible_;
  bool ignore_logsource_;
  std::optional<std::vector<PathTable::Slot>> origin_slots_;  ///< empty: more than some slots decides
};

/// Remembers where events like the last ones may come from.
class OriginMemo {
 public:
  using Route = std::size_t;
  /// What `route_to` says of the log sources that the event may come from.
  template <class RouteTo>
  Route route_of(const Format& format, std::size_t format_number, const Event& event,
                 const PathReading& paths, const RouteTo& route_to) {
    const std::optional<std::string_view> key = format.origin_key(paths, buffer_);
    if (!key) return route_to(format.admitted(event));
    if (entries_.size() <= format_number) entries_.resize(format_number + 1);
    Entries& entries = entries_[format_number];
    if (const auto known = entries.find(*key); known != entries.end()) return known->second;
    if (entries.size() >= kEntriesMax) entries.clear();
    return entries.emplace(*key, route_to(format.admitted(event))).first->second;
  }
  void clear() { entries_.clear(); }

 private:
  static constexpr std::size_t kEntriesMax = 4096;
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const;
  };
  using Entries = std::unordered_map<std::string, Route, Hash, std::equal_to<>>;
  std::vector<Entries> entries_;  ///< by format
  std::string buffer_;
};

}  // namespace riposte
