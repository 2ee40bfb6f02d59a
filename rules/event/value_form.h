/// How a format writes a value down: as part of a longer text, as an epoch, as a hexadecimal number.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/event/event.h"

namespace riposte {

/// Takes a part of a text.
struct Cut {
  enum class Kind : std::uint8_t {
    before,       ///< what stands before the first `text`
    after,        ///< what stands behind the first
    before_last,  ///< before the last
    after_last,   ///< behind the last
    value_of,     ///< of "MD5=…,SHA256=…", what stands behind `text` and "=", without regard to case
  };
  Kind kind = Kind::before;
  std::string text;
};

enum class ValueForm : std::uint8_t {
  as_written,
  integer,  ///< decimal or 0x… in a text
  time,     ///< ISO 8601 with a blank or T; without a zone it is UTC
  epoch_s,
  epoch_ms,
  epoch_us,
  epoch_ns,
};

/// Nothing when `text` does not contain what a cut looks for.
std::optional<std::string> part_of(std::string_view text, const std::vector<Cut>& cuts);

/// Times become ISO 8601 with a zone and every digit that the format gives, integers become integers. What
/// cannot be read so stays as it is: whoever needs a time or a number then says what it found instead.
/// Limits:  64-bit integers stay exact; nothing goes through a double.
Scalar in_form(const Scalar& scalar, ValueForm form, const Event& event);

}  // namespace riposte
