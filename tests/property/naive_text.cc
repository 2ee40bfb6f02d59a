#include "tests/property/naive_text.h"

#include <algorithm>
#include <array>
#include <ranges>

namespace riposte::naive {
namespace {

using Kind = Wanted::Kind;

bool is_letter(char32_t c) {
  return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z') || (c >= U'0' && c <= U'9') || c == U'_' ||
         (c >= 0x80 && (c < 0x2010 || c > 0x2015));
}

bool is_dash(char32_t c) {
  return c == U'-' || c == U'/' || c == U'\u2013' || c == U'\u2014' || c == U'\u2015';
}

std::string utf8(char32_t c) {
  if (c >= kFirstByte) return {static_cast<char>(c - kFirstByte)};
  if (c < 0x80) return {static_cast<char>(c)};
  const auto tail = [](char32_t bits) { return static_cast<char>(0x80 | (bits & 0x3F)); };
  if (c < 0x800) return {static_cast<char>(0xC0 | (c >> 6)), tail(c)};
  if (c < 0x10000) return {static_cast<char>(0xE0 | (c >> 12)), tail(c >> 6), tail(c)};
  return {static_cast<char>(0xF0 | (c >> 18)), tail(c >> 12), tail(c >> 6), tail(c)};
}

Text plain(const std::string& ascii) {
  Text text;
  for (const char c : ascii) text.push_back({Kind::character, static_cast<unsigned char>(c), {}});
  return text;
}

std::string bytes_of(const Text& text) {
  std::string bytes;
  for (const Wanted& wanted : text) bytes += utf8(wanted.character);
  return bytes;
}

/// The six-bit groups that begin and end inside the text, when it stands behind `before` foreign bytes.
std::string known_base64(const std::string& bytes, std::size_t before) {
  static const std::string kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::vector<bool> bits(before * 8);
  for (const char byte : bytes)
    for (int bit = 7; bit >= 0; --bit) bits.push_back(((static_cast<unsigned char>(byte) >> bit) & 1) != 0);
  std::string out;
  for (std::size_t group = (before * 8 + 5) / 6; (group + 1) * 6 <= bits.size(); ++group) {
    std::size_t number = 0;
    for (std::size_t bit = 0; bit < 6; ++bit) number = number * 2 + (bits[group * 6 + bit] ? 1 : 0);
    out += kAlphabet[number];
  }
  return out;
}

/// With zeros up to the end of the last group, and `=` up to a multiple of four.
std::string base64_of(std::string bytes) {
  const std::size_t size = bytes.size();
  bytes.append((3 - size % 3) % 3, '\0');
  std::string out = known_base64(bytes, 0);
  for (std::size_t missing = bytes.size() - size; missing > 0; --missing) out[out.size() - missing] = '=';
  return out;
}

Text with_dashes(const Text& text) {
  Text out = text;
  const auto letter_at = [&](std::size_t i) {
    return i < text.size() && text[i].kind == Kind::character && is_letter(text[i].character);
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash =
        text[i].kind == Kind::character && (text[i].character == U'-' || text[i].character == U'/');
    if (dash && letter_at(i + 1) && !(i > 0 && letter_at(i - 1))) out[i] = {Kind::dash, 0, {}};
  }
  return out;
}

Text with_names(const Text& text) {
  Text out;
  const auto is = [&](std::size_t i, char32_t c) {
    return i < text.size() && text[i].kind == Kind::character && text[i].character == c;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::size_t end = i + 1;
    while (end < text.size() && text[end].kind == Kind::character && !is(end, U'%') && !is(end, U' ') &&
           !is(end, U'\n'))
      ++end;
    if (is(i, U'\\') && is(i + 1, U'%')) {
      out.push_back(text[++i]);
    } else if (is(i, U'%') && end > i + 1 && is(end, U'%')) {
      const auto at = [&](std::size_t k) { return text.begin() + static_cast<std::ptrdiff_t>(k); };
      out.push_back({Kind::placeholder, 0, bytes_of(Text(at(i + 1), at(end)))});
      i = end;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

/// Every way to put one of `choices` in the place of what `is_open` says.
template <class IsOpen, class Choices>
std::vector<Text> every_way(const Text& text, IsOpen is_open, Choices choices) {
  const auto open = std::ranges::find_if(text, is_open);
  if (open == text.end()) return {text};
  std::vector<Text> out;
  for (const Text& rest : every_way(Text(open + 1, text.end()), is_open, choices))
    for (const Text& choice : choices(*open)) {
      Text whole(text.begin(), open);
      whole.insert(whole.end(), choice.begin(), choice.end());
      whole.insert(whole.end(), rest.begin(), rest.end());
      out.push_back(std::move(whole));
    }
  return out;
}

std::vector<Text> each_dash(const Text& text) {
  const auto is_open = [](const Wanted& wanted) { return wanted.kind == Kind::dash; };
  return every_way(text, is_open, [](const Wanted&) {
    std::vector<Text> dashes;
    for (const char32_t c : {U'-', U'/', U'\u2013', U'\u2014', U'\u2015'})
      dashes.push_back({{Kind::character, c, {}}});
    return dashes;
  });
}

Wanted byte(char32_t value) { return {Kind::character, value < 0x80 ? value : kFirstByte + value, {}}; }

/// Of characters that UTF-16 has two bytes for.
Text wide(const Text& text, bool big_endian) {
  Text out;
  for (const Wanted& wanted : text) {
    if (wanted.kind != Kind::character) {
      out.push_back(wanted);
      continue;
    }
    out.push_back(byte(big_endian ? wanted.character >> 8 : wanted.character & 0xFF));
    out.push_back(byte(big_endian ? wanted.character & 0xFF : wanted.character >> 8));
  }
  return out;
}

Text behind(const std::string& mark, Text text) {
  Text out;
  for (const char byte : mark)
    out.push_back({Kind::character, kFirstByte + static_cast<unsigned char>(byte), {}});
  if (mark.size() == 3) out = {{Kind::character, 0xFEFF, {}}};
  out.insert(out.end(), text.begin(), text.end());
  return out;
}

std::vector<Text> encoded(const Text& text, const std::string& modifier) {
  std::vector<Text> out;
  for (const Text& one : each_dash(text)) {
    if (modifier == "base64") out.push_back(plain(base64_of(bytes_of(one))));
    if (modifier == "base64offset")
      for (std::size_t before = 0; before < 3; ++before)
        out.push_back(plain(known_base64(bytes_of(one), before)));
    if (modifier == "wide" || modifier == "utf16le") out.push_back(wide(one, false));
    if (modifier == "utf16be") out.push_back(wide(one, true));
    if (modifier == "utf16")
      for (const std::string mark : {"\xFF\xFE", "\xEF\xBB\xBF"})
        out.push_back(behind(mark, wide(one, false)));
  }
  return out;
}

std::vector<Text> modified_once(Text text, const std::string& modifier) {
  if (modifier == "contains" || modifier == "endswith") text.insert(text.begin(), {Kind::any, 0, {}});
  if (modifier == "contains" || modifier == "startswith") text.push_back({Kind::any, 0, {}});
  if (modifier == "windash") return {with_dashes(text)};
  if (modifier == "expand") return {with_names(text)};
  auto changed = encoded(text, modifier);
  return changed.empty() ? std::vector<Text>{text} : changed;
}

bool fits(const Text& text, std::size_t t, const Characters& value, std::size_t v, bool cased) {
  if (t == text.size()) return v == value.size();
  if (text[t].kind == Kind::any)
    return fits(text, t + 1, value, v, cased) || (v < value.size() && fits(text, t, value, v + 1, cased));
  if (v == value.size()) return false;
  const char32_t wanted = text[t].character;
  const bool same = text[t].kind == Kind::one || (text[t].kind == Kind::dash && is_dash(value[v])) ||
                    (text[t].kind == Kind::character &&
                     (wanted == value[v] || (!cased && folded(wanted) == folded(value[v]))));
  return same && fits(text, t + 1, value, v + 1, cased);
}

}  // namespace

Characters characters_of(const std::string& utf8_text) {
  Characters out;
  for (std::size_t i = 0; i < utf8_text.size();) {
    const auto lead = static_cast<unsigned char>(utf8_text[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    char32_t c = length == 1 ? lead : lead & (0xFF >> (length + 1));
    for (std::size_t k = 1; k < length; ++k)
      c = (c << 6) | (static_cast<unsigned char>(utf8_text[i + k]) & 0x3F);
    out.push_back(c);
    i += length;
  }
  return out;
}

char32_t folded(char32_t c) {
  if (c >= U'A' && c <= U'Z') return c + 32;
  if (c == U'É') return U'é';
  if (c == U'ſ') return U's';
  if (c == 0x212A) return U'k';
  return c;
}

Characters folded(Characters characters) {
  for (char32_t& c : characters) c = folded(c);
  return characters;
}

Text text_of_value(const std::string& value) {
  Text out;
  const Characters characters = characters_of(value);
  for (std::size_t i = 0; i < characters.size(); ++i) {
    const char32_t c = characters[i];
    const char32_t next = i + 1 < characters.size() ? characters[i + 1] : 0;
    if (c == U'\\' && (next == U'\\' || next == U'*' || next == U'?')) {
      out.push_back({Kind::character, next, {}});
      ++i;
    } else {
      out.push_back({c == U'*' ? Kind::any : c == U'?' ? Kind::one : Kind::character, c, {}});
    }
  }
  return out;
}

std::vector<Text> modified(const Text& text, const std::vector<std::string>& modifiers, const Lists& lists) {
  std::vector<Text> texts{text};
  for (const std::string& modifier : modifiers) {
    std::vector<Text> next;
    for (const Text& one : texts) std::ranges::move(modified_once(one, modifier), std::back_inserter(next));
    texts = std::move(next);
  }
  std::vector<Text> out;
  for (const Text& one : texts)
    std::ranges::move(every_way(
                          one, [](const Wanted& wanted) { return wanted.kind == Kind::placeholder; },
                          [&](const Wanted& wanted) {
                            std::vector<Text> choices;
                            for (const std::string& value : lists.at(wanted.name))
                              choices.push_back(text_of_value(value));
                            return choices;
                          }),
                      std::back_inserter(out));
  return out;
}

bool fits(const Text& text, const Characters& value, bool cased) { return fits(text, 0, value, 0, cased); }

std::optional<std::string> sample(const Text& text) {
  std::string out;
  for (const Wanted& wanted : text) {
    if (wanted.kind == Kind::character && wanted.character >= kFirstByte) return {};
    if (wanted.kind == Kind::character) out += utf8(wanted.character);
    if (wanted.kind == Kind::one) out += "a";
    if (wanted.kind == Kind::dash) out += "\u2013";
  }
  return out;
}

}  // namespace riposte::naive
