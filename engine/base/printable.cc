#include "engine/base/printable.h"

#include <cstddef>
#include <cstdint>

#include <fmt/format.h>

namespace riposte {
namespace {

/// Length of the well-formed UTF-8 sequence at the front that may be shown, or 0.
std::size_t shown_sequence(std::string_view bytes) {
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
  const std::uint8_t lead = at(0);
  if (lead < 0x80) return lead >= 0x20 && lead != 0x7f ? 1 : 0;
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || bytes.size() < length) return 0;
  std::uint32_t point = lead & (0xffU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((at(i) & 0xc0U) != 0x80) return 0;
    point = point << 6U | (at(i) & 0x3fU);
  }
  const bool overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
  const bool surrogate = point >= 0xd800 && point <= 0xdfff;
  const bool control = point < 0xa0;
  // Marks that reorder or hide the text around them deceive whoever reads it.
  const bool deceiving = (point >= 0x200b && point <= 0x200f) || (point >= 0x2028 && point <= 0x202e) ||
                         (point >= 0x2066 && point <= 0x2069) || point == 0xfeff;
  return overlong || surrogate || control || deceiving || point > 0x10ffff ? 0 : length;
}

}  // namespace

std::string printable(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    const std::size_t length = shown_sequence(bytes);
    if (length > 0)
      text += bytes.substr(0, length);
    else if (bytes.front() == '\n')
      text += "\\n";
    else
      text += fmt::format("\\x{:02x}", static_cast<unsigned char>(bytes.front()));
    bytes.remove_prefix(length > 0 ? length : 1);
  }
  return text;
}

}  // namespace riposte
