/// Weekly windows in a named time zone: when an automatic response may act by itself.
///
/// A window start that a daylight-saving change skips opens at the first instant after the gap; a wall-clock
/// time that occurs twice is inside (or outside) both times. A window may cross midnight ("Fri 22:00-06:00").
/// Threads: any; immutable.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/error.h"

namespace riposte {

class ActiveHours {
 public:
  /// zone: an IANA name ("Europe/Berlin"). windows: "Mon-Fri 08:00-18:00", "Sat,Sun 00:00-24:00".
  /// Errors: invalid (unknown zone, unreadable window), naming the text and the form that is read.
  static Result<ActiveHours> parse(std::string name, std::string_view zone,
                                   std::span<const std::string> windows);

  bool contains(WallTime now) const;
  const std::string& name() const;

 private:
  struct Body;
  explicit ActiveHours(std::shared_ptr<const Body> body) : body_(std::move(body)) {}
  std::shared_ptr<const Body> body_;
};

}  // namespace riposte
