/// The parsed document behind an Event.
#pragma once

#include <cstddef>
#include <deque>
#include <string>

#include "rules/event/event.h"
#include "rules/event/record_reader.h"

namespace riposte {

struct Event::Document {
  RecordReader reader;
  std::size_t capacity = 0;      ///< of the reader
  std::deque<std::string> kept;  ///< texts that were made from the record's
};

/// Gives every scalar of the value to `out`, elements of arrays one by one, and says of objects and empty
/// arrays that they are there.
void add_value(const Tape& tape, std::uint32_t at, FieldValues& out);

}  // namespace riposte
