/// Characters in bytes that may or may not be UTF-8.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace riposte {

/// Bytes of the character at the front of `bytes`, which are some; 0 when there is none.
std::size_t utf8_length(std::string_view bytes);

bool is_utf8(std::string_view bytes);

/// The character that begins here, in valid UTF-8.
char32_t code_point_at(std::string_view text, std::size_t at);
void append_utf8(std::string& text, char32_t point);

}  // namespace riposte
