/// Identifiers written in hexadecimal, and the plain names that may stand in an order.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace riposte::order {

inline constexpr std::size_t kActionIdDigits = 32;
inline constexpr std::size_t kSha256Digits = 64;
/// Fleets, machines, keys, vault objects: longer than any of their usual forms.
inline constexpr std::size_t kNameBytesMax = 64;

/// Lower case, two digits a byte.
std::string hex(std::span<const std::uint8_t> bytes);
/// `digits` digits in lower case, nothing else.
bool is_hex(std::string_view text, std::size_t digits);
/// One to kNameBytesMax letters of ASCII, digits, '.', '_' and '-', not beginning with '.' or '-': harmless
/// in a path and on a command line.
bool is_plain_name(std::string_view text);
/// "3f1c07d2-8a44-4d0a-9a56-2f54f9b6c3aa", as the kernel writes it.
bool is_boot_id(std::string_view text);

}  // namespace riposte::order
