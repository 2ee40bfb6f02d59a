/// The parsed document behind an Event: the only place besides the parser that knows simdjson.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include <simdjson.h>

#include "rules/event/event.h"

namespace riposte {

struct Event::Document {
  simdjson::dom::parser parser;
  std::vector<char> padded;
  std::vector<std::string_view> keys;           ///< scratch of the search for duplicate keys
  std::vector<simdjson::dom::element> objects;  ///< what events look at; the first is the whole record
  std::deque<std::string> kept;                 ///< texts that were made from the record's
};

}  // namespace riposte
