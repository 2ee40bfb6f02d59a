/// One event as the patterns see it: its fields and its strings, read and prepared when they are first asked
/// for. And whether lines and selections hold there.
///
/// Threads: one. Limits: valid as long as the event that begin() was given.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "rules/event/event.h"
#include "rules/event/path_reading.h"
#include "rules/matching/compiled_rule.h"
#include "rules/matching/format.h"
#include "rules/matching/literal_index.h"
#include "rules/matching/quick_set.h"
#include "rules/matching/text_arena.h"
#include "rules/matching/value_matcher.h"

namespace riposte {

struct PreparedField {
  std::uint32_t round = 0;  ///< ready when it is the reading's
  FieldValues values;
  std::vector<PreparedValue> prepared;  ///< those that are not null
};

class EventReading {
 public:
  /// `paths`: what the event has. Both live as long as the event is read.
  void begin(const Event& event, const Format& format, const PathReading& paths);

  const PreparedField& field(std::size_t number);
  /// A text of the event as fold() makes it.
  std::string_view folded(std::string_view text);
  /// Every string of the event.
  const PreparedField& strings();
  /// Those of at least so many bytes as fold() makes them, with LiteralIndex::kSeparator behind each.
  std::string_view joined_strings(std::size_t shortest);

  /// Lines whose outcome is known before anybody looks at their values, by CompiledLine::witness.
  void expect_lines(std::size_t count) { lines_.clear(count); }
  void mark_true(std::uint32_t line) { lines_.insert(line); }
  bool is_marked(std::uint32_t line) const { return lines_.has(line); }

 private:
  void begin_round();
  void fold_strings();
  PreparedValue prepare(const Scalar& scalar);
  void prepare_all(PreparedField& found);

  std::optional<Event> event_;
  const Format* format_ = nullptr;
  const PathReading* paths_ = nullptr;
  std::uint32_t round_ = 0;
  std::vector<PreparedField> fields_;
  PreparedField strings_;
  QuickSet lines_;  ///< those that were marked

  std::vector<char> joined_;

  TextArena arena_;
  std::string_view original_;  ///< the bytes that the event's strings lie in
  std::vector<char> folded_;   ///< the same folded, at the same places
  bool is_special_ = false;    ///< some text there folds into another length
};

/// `found`: the values of the line that the pattern belongs to.
bool holds(const CompiledPattern& pattern, const PreparedField& found, EventReading& reading);
bool holds(const CompiledLine& line, EventReading& reading);
bool holds(const CompiledSelection& selection, EventReading& reading);

}  // namespace riposte
