/// Turns the bytes of one record into an Event, or says why they are none. Every byte is validated before
/// anything is believed.
///
/// Threads: one; make one per thread.
/// Limits:  EventLimits. A number that is neither a 64-bit integer nor a finite double is refused, and so is
/// an object that
///          has the same key twice: readers disagree on which of the two counts, so a detection could say one
///          thing here and another thing elsewhere.
#pragma once

#include <cstddef>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "rules/event/event.h"

namespace riposte {

struct EventLimits {
  std::size_t bytes_max = std::size_t{1} << 20;  ///< a hundred times a large alert
  std::size_t depth_max = 64;  ///< of objects and arrays inside each other; real alerts stay under 12
};

/// Why a record is no event. `reason` is for machines: not_json, not_an_object, too_large, too_deep,
/// duplicate_key.
struct Unusable {
  std::string reason;
  std::string detail;  ///< for people
};

class EventParser {
 public:
  explicit EventParser(EventLimits limits = {});
  ~EventParser();
  EventParser(EventParser&&) noexcept;
  EventParser& operator=(EventParser&&) noexcept;

  /// The event borrows from this parser. `bytes` are copied and need not live on.
  std::expected<Event, Unusable> parse(std::string_view bytes);

 private:
  EventLimits limits_;
  std::unique_ptr<Event::Document> document_;
};

}  // namespace riposte
