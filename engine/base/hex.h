/// Bytes as hexadecimal text, and identifiers that are written so.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace riposte {

/// Lower case, two digits a byte.
std::string to_hex(std::span<const std::uint8_t> bytes);
std::string to_hex(std::string_view bytes);
/// Empty when the text is not wholly hexadecimal.
std::optional<std::string> from_hex(std::string_view text);
/// `digits` digits in lower case, nothing else.
bool is_hex(std::string_view text, std::size_t digits);
/// "3f1c07d2-8a44-4d0a-9a56-2f54f9b6c3aa", as the kernel writes a boot id.
bool is_uuid(std::string_view text);

}  // namespace riposte
