/// What Sigma's modifiers make of a text, and whether a value fits it: one character after the other, by the
/// words of the specification.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace riposte::naive {

using Characters = std::vector<char32_t>;

struct Wanted {
  enum class Kind : std::uint8_t { character, one, any, dash, placeholder } kind;
  /// A byte that is part of no character stands at kFirstByte + byte.
  char32_t character = 0;
  std::string name;  ///< of a placeholder
};
using Text = std::vector<Wanted>;
inline constexpr char32_t kFirstByte = 0x110000;

using Lists = std::map<std::string, std::vector<std::string>>;

Characters characters_of(const std::string& utf8);
/// Of the few letters that the maker uses.
char32_t folded(char32_t character);
Characters folded(Characters characters);

/// A rule's value, with its wildcards and escapes.
Text text_of_value(const std::string& value);
/// What modifiers make of it, one text being enough.
std::vector<Text> modified(const Text& text, const std::vector<std::string>& modifiers, const Lists& lists);
bool fits(const Text& text, const Characters& value, bool cased);
/// Something that fits; empty when no text does.
std::optional<std::string> sample(const Text& text);

}  // namespace riposte::naive
