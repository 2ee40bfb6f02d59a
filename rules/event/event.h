/// One detection: a borrowed view of one JSON object.
///
/// Looking up a dotted field tries the literal key first, then every shorter literal prefix, longest first,
/// so flat, nested and mixed documents read alike: "kibana.alert.severity" flat beside a nested "process":
/// {"pid": …}. Through an array the lookup fans out: every element counts. Threads: one at a time. Limits:
/// valid until the EventParser that made it parses again or is destroyed.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rules/event/scalar.h"
#include "rules/event/tape.h"

namespace riposte {

/// Everything that stands at one field.
struct FieldValues {
  bool present = false;         ///< the key exists, whatever its value
  bool container = false;       ///< an object or an empty array stands there (it has no scalar of its own)
  std::vector<Scalar> scalars;  ///< JSON null included; of arrays, every element

  /// Missing or JSON null, and nothing else.
  bool is_null() const;
  void clear();
};

/// Texts of an event, in the order of their addresses.
class EventStrings {
 public:
  EventStrings(const Tape& tape, std::span<const std::uint32_t> places) : tape_(&tape), places_(places) {}

  std::size_t size() const { return places_.size(); }
  std::string_view operator[](std::size_t i) const { return tape_->string(places_[i]); }

 private:
  const Tape* tape_;
  std::span<const std::uint32_t> places_;
};

class Event {
 public:
  /// Adds what stands at `path` to `out`.
  void collect(std::string_view path, FieldValues& out) const;
  /// The first value at `path` that is not null.
  std::optional<Scalar> first(std::string_view path) const;
  /// Adds what stands in the object at `container` under the key that is `name` once its blanks are dropped
  /// ("Threat Name" under "ThreatName").
  void collect_unspaced(std::string_view container, std::string_view name, FieldValues& out) const;
  /// Every string value at any depth; keys are not values.
  EventStrings strings() const;

  /// The object at `path`, or the objects of the list there, each as an event of its own.
  std::vector<Event> objects(std::string_view path) const;
  /// The bytes that every string of the record lies in, with others between them.
  std::string_view string_bytes() const;
  /// Keeps a text that was made from this event's as long as the event itself.
  std::string_view keep(std::string text) const;

 private:
  friend class EventParser;
  struct Document;
  friend class PathReading;
  Event(Document& document, std::uint32_t object) : document_(&document), object_(object) {}
  Document* document_;
  std::uint32_t object_;  ///< its place on the tape
};

}  // namespace riposte
