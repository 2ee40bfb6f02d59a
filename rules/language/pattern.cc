#include "rules/language/pattern.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "rules/language/text_modifiers.h"

namespace riposte {
namespace {

using Piece = GlobPiece::Kind;

void add_text(Glob& glob, char c) {
  if (glob.empty() || glob.back().kind != Piece::text) glob.push_back({Piece::text, {}});
  glob.back().text += c;
}

bool is_any_string(const GlobPiece& piece) { return piece.kind == Piece::any_string; }
bool is_text(const GlobPiece& piece) { return piece.kind == Piece::text; }

/// Above the largest signed integer only; smaller ones are std::int64_t.
std::optional<std::uint64_t> as_unsigned(std::string_view text) {
  if (!yaml::is_decimal(text)) return {};
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return value;
}

/// A decimal fraction, an exponent or a very long integer. `00.5` and `1_000` are text.
std::optional<Decimal> as_decimal(const std::string& text) {
  const std::string_view digits = std::string_view(text).substr(text.starts_with('-') ? 1 : 0);
  const bool starts_well = !digits.empty() && ((digits[0] >= '0' && digits[0] <= '9') || digits[0] == '.');
  const bool leading_zero = digits.size() > 1 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9';
  if (!starts_well || leading_zero) return {};
  Decimal decimal{0, text};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), decimal.value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(decimal.value)) return {};
  return decimal;
}

Pattern text_pattern(std::string_view text) {
  Pattern pattern;
  pattern.kind = Pattern::Kind::wildcard;
  pattern.value = glob_of(text);
  return pattern;
}

}  // namespace

Glob glob_of(std::string_view text) {
  Glob glob;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    if (text[i] == '\\' && (next == '*' || next == '?' || next == '\\')) {
      add_text(glob, next);
      ++i;
    } else if (text[i] == '*') {
      // Adjacent `*` are one: they match the same.
      if (glob.empty() || !is_any_string(glob.back())) glob.push_back({Piece::any_string, {}});
    } else if (text[i] == '?') {
      glob.push_back({Piece::any_character, {}});
    } else {
      add_text(glob, text[i]);
    }
  }
  return glob;
}

Pattern normal_form(Pattern pattern) {
  if (!std::holds_alternative<Glob>(pattern.value)) return pattern;
  const Glob glob = std::get<Glob>(std::move(pattern.value));
  const auto simple = [&](Pattern::Kind kind, std::string text) {
    pattern.kind = kind;
    pattern.value = std::move(text);
    return std::move(pattern);
  };
  const std::size_t size = glob.size();
  if (size == 0) return simple(Pattern::Kind::equals, "");
  if (size == 1 && is_text(glob[0])) return simple(Pattern::Kind::equals, glob[0].text);
  if (size == 1 && is_any_string(glob[0])) return simple(Pattern::Kind::present, "");
  if (size == 2 && is_any_string(glob[0]) && is_text(glob[1]))
    return simple(Pattern::Kind::ends_with, glob[1].text);
  if (size == 2 && is_text(glob[0]) && is_any_string(glob[1]))
    return simple(Pattern::Kind::starts_with, glob[0].text);
  if (size == 3 && is_any_string(glob[0]) && is_text(glob[1]) && is_any_string(glob[2]))
    return simple(Pattern::Kind::contains, glob[1].text);
  pattern.kind = Pattern::Kind::wildcard;
  pattern.value = glob;
  return pattern;
}

bool is_typed(const yaml::Node& scalar) {
  if (scalar.is_null()) return true;
  if (!scalar.is_scalar() || scalar.quoted) return false;
  return yaml::as_boolean(scalar) || yaml::is_decimal(scalar.text) || as_decimal(scalar.text);
}

Pattern typed_pattern(const yaml::Node& scalar) {
  Pattern pattern;
  if (scalar.is_null()) return pattern;
  if (!is_typed(scalar)) return text_pattern(scalar.text);
  if (const auto flag = yaml::as_boolean(scalar))
    pattern.value = *flag;
  else if (const auto number = yaml::as_integer(scalar))
    pattern.value = *number;
  else if (const auto big = as_unsigned(scalar.text))
    pattern.value = *big;
  else if (auto decimal = as_decimal(scalar.text))
    pattern.value = std::move(*decimal);
  else
    return text_pattern(scalar.text);
  return pattern;
}

Pattern keyword_pattern(std::string_view text) {
  Pattern pattern = text_pattern(text);
  pattern.value = opened(std::get<Glob>(std::move(pattern.value)), true, true);
  return normal_form(std::move(pattern));
}

}  // namespace riposte
