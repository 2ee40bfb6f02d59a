/// Bytes as hexadecimal text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace riposte::files {

std::string to_hex(std::string_view bytes);
/// Empty when the text is not wholly hexadecimal.
std::optional<std::string> from_hex(std::string_view text);

}  // namespace riposte::files
