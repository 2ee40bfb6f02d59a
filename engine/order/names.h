/// The names and identifiers that may stand in an order.
#pragma once

#include <cstddef>
#include <string_view>

namespace riposte::order {

inline constexpr std::size_t kActionIdDigits = 32;
inline constexpr std::size_t kSha256Digits = 64;
/// Fleets, machines, keys, vault objects: longer than any of their usual forms.
inline constexpr std::size_t kNameBytesMax = 64;

/// One to kNameBytesMax letters of ASCII, digits, '.', '_' and '-', not beginning with '.' or '-': harmless
/// in a path and on a command line.
bool is_plain_name(std::string_view text);

}  // namespace riposte::order
