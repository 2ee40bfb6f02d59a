#include "rules/event/tape.h"

#include <bit>

namespace riposte {

Scalar Tape::scalar(std::uint32_t at) const {
  switch (kind(at)) {
    case '"':
      return {string(at)};
    case 'l':
      return {static_cast<std::int64_t>(words_[at + 1])};
    case 'u':
      return {words_[at + 1]};
    case 'd':
      return {std::bit_cast<double>(words_[at + 1])};
    case 't':
      return {true};
    case 'f':
      return {false};
    default:
      return {};
  }
}

}  // namespace riposte
