#include "rules/event/tape.h"

#include "rules/event/number_text.h"

namespace riposte {

Scalar Tape::scalar(std::uint32_t at) const {
  switch (letter(at)) {
    case '"':
      return {string(at)};
    case 't':
      return {true};
    case 'f':
      return {false};
    case 'n':
    case '{':
    case '[':
      return {};
    default:
      return number_at(text_ + entries_[at].begin);
  }
}

}  // namespace riposte
