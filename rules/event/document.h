/// The parsed document behind an Event.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include <simdjson.h>

#include "rules/event/event.h"
#include "rules/event/outline.h"
#include "rules/event/tape.h"

namespace riposte {

struct Event::Document {
  simdjson::dom::parser parser;
  std::vector<char> padded;
  Tape tape;
  Outline outline;
  std::deque<std::string> kept;  ///< texts that were made from the record's
};

/// Gives every scalar of the value to `out`, elements of arrays one by one, and says of objects and empty
/// arrays that they are there.
void add_value(const Tape& tape, std::uint32_t at, FieldValues& out);

}  // namespace riposte
