#include "rules/matching/value_matcher.h"

#include <algorithm>

#include <fmt/format.h>
#include <re2/re2.h>

namespace riposte {
namespace {

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool is_ascii(const Glob& glob) {
  return std::ranges::all_of(glob, [](const GlobPiece& piece) { return is_ascii(piece.text); });
}

/// Text with characters beyond ASCII is compared by RE2, which knows Unicode's simple case folding.
std::string expression_of(const Glob& glob) {
  std::string expression = R"((?is)\A)";
  for (const GlobPiece& piece : glob) {
    switch (piece.kind) {
      case GlobPiece::Kind::text:
        expression += RE2::QuoteMeta(piece.text);
        break;
      case GlobPiece::Kind::any_string:
        expression += ".*";
        break;
      case GlobPiece::Kind::any_character:
        expression += ".";
        break;
    }
  }
  return expression + R"(\z)";
}

std::string expression_of(Pattern::Kind kind, const std::string& text) {
  const bool front = kind == Pattern::Kind::equals || kind == Pattern::Kind::starts_with;
  const bool back = kind == Pattern::Kind::equals || kind == Pattern::Kind::ends_with;
  return fmt::format("(?is){}{}{}", front ? R"(\A)" : "", RE2::QuoteMeta(text), back ? R"(\z)" : "");
}

/// Bytes of the character that begins at the front of valid UTF-8.
std::size_t character_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  return std::min(length, text.size());
}

std::optional<long double> number_of(const Scalar& scalar) {
  if (const auto* number = std::get_if<std::int64_t>(&scalar.value)) return *number;
  if (const auto* number = std::get_if<std::uint64_t>(&scalar.value)) return *number;
  if (const auto* number = std::get_if<double>(&scalar.value)) return *number;
  return {};
}

static_assert(std::numeric_limits<long double>::digits >= 64,
              "a 64-bit integer must survive in a long double");

}  // namespace

std::string fold(std::string_view text) {
  std::string folded;
  folded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c >= 'A' && c <= 'Z') {
      folded += static_cast<char>(c - 'A' + 'a');
    } else if (c == '\xC5' && text.substr(i, 2) == "\xC5\xBF") {
      folded += 's';
      i += 1;
    } else if (c == '\xE2' && text.substr(i, 3) == "\xE2\x84\xAA") {
      folded += 'k';
      i += 2;
    } else {
      folded += c;
    }
  }
  return folded;
}

PreparedValue prepare(const Scalar& scalar) {
  PreparedValue value{scalar, scalar.text(), {}};
  value.folded = fold(value.text);
  return value;
}

std::expected<ValueMatcher, std::string> ValueMatcher::make(const Pattern& pattern) {
  if (pattern.kind == Pattern::Kind::present) return ValueMatcher(Present{});
  if (pattern.kind == Pattern::Kind::regex) return make_regex(std::get<std::string>(pattern.value));
  if (const auto* glob = std::get_if<Glob>(&pattern.value)) return make_wildcards(*glob);
  if (const auto* text = std::get_if<std::string>(&pattern.value)) return make_text(pattern.kind, *text);
  if (const auto* flag = std::get_if<bool>(&pattern.value)) return ValueMatcher(Flag{*flag});
  if (const auto* number = std::get_if<std::int64_t>(&pattern.value))
    return ValueMatcher(Number{static_cast<long double>(*number), std::to_string(*number)});
  if (const auto* number = std::get_if<std::uint64_t>(&pattern.value))
    return ValueMatcher(Number{static_cast<long double>(*number), std::to_string(*number)});
  if (const auto* number = std::get_if<Decimal>(&pattern.value))
    return ValueMatcher(Number{number->value, number->text});
  return ValueMatcher(Null{});
}

std::expected<ValueMatcher, std::string> ValueMatcher::make_regex(const std::string& expression) {
  RE2::Options options;
  options.set_max_mem(kRegexMemoryMax);
  options.set_log_errors(false);
  auto regex = std::make_shared<const RE2>(expression, options);
  if (!regex->ok()) return std::unexpected(regex->error());
  return ValueMatcher(Regex(std::move(regex)));
}

std::expected<ValueMatcher, std::string> ValueMatcher::make_text(Pattern::Kind kind,
                                                                 const std::string& text) {
  if (is_ascii(text)) return ValueMatcher(Literal{kind, fold(text)});
  return make_regex(expression_of(kind, text));
}

std::expected<ValueMatcher, std::string> ValueMatcher::make_wildcards(const Glob& glob) {
  if (!is_ascii(glob)) return make_regex(expression_of(glob));
  Wildcards wildcards;
  for (const GlobPiece& piece : glob) {
    if (piece.kind == GlobPiece::Kind::any_string) wildcards.tokens.push_back(kAnyString);
    if (piece.kind == GlobPiece::Kind::any_character) wildcards.tokens.push_back(kAnyCharacter);
    for (const char c : fold(piece.text)) wildcards.tokens.push_back(c);
  }
  return ValueMatcher(std::move(wildcards));
}

/// On a mismatch the last `*` takes one character more: quadratic at worst, and never deeper.
bool ValueMatcher::glob_matches(const std::vector<Token>& tokens, std::string_view text) {
  constexpr std::size_t kNone = std::string_view::npos;
  std::size_t token = 0;
  std::size_t at = 0;
  std::size_t star = kNone;
  std::size_t taken = 0;
  while (at < text.size()) {
    if (token < tokens.size() && tokens[token] == kAnyString) {
      star = token++;
      taken = at;
    } else if (token < tokens.size() && tokens[token] == kAnyCharacter) {
      at += character_length(text.substr(at));
      ++token;
    } else if (token < tokens.size() && tokens[token] == text[at]) {
      ++at;
      ++token;
    } else if (star != kNone) {
      taken += character_length(text.substr(taken));
      at = taken;
      token = star + 1;
    } else {
      return false;
    }
  }
  while (token < tokens.size() && tokens[token] == kAnyString) ++token;
  return token == tokens.size();
}

bool ValueMatcher::matches_field(const FieldValues& values) const {
  if (std::holds_alternative<Null>(test_)) return values.is_null();
  if (std::holds_alternative<Present>(test_)) return !values.is_null();
  return false;
}

bool ValueMatcher::matches(const PreparedValue& value) const {
  if (const auto* literal = std::get_if<Literal>(&test_)) {
    switch (literal->kind) {
      case Pattern::Kind::contains:
        return value.folded.find(literal->folded) != std::string::npos;
      case Pattern::Kind::starts_with:
        return value.folded.starts_with(literal->folded);
      case Pattern::Kind::ends_with:
        return value.folded.ends_with(literal->folded);
      default:
        return value.folded == literal->folded;
    }
  }
  if (const auto* regex = std::get_if<Regex>(&test_)) return RE2::PartialMatch(value.text, **regex);
  if (const auto* wildcards = std::get_if<Wildcards>(&test_))
    return glob_matches(wildcards->tokens, value.folded);
  if (const auto* flag = std::get_if<Flag>(&test_)) {
    if (const auto* truth = std::get_if<bool>(&value.scalar.value)) return *truth == flag->value;
    return value.scalar.is_string() && value.folded == (flag->value ? "true" : "false");
  }
  if (const auto* number = std::get_if<Number>(&test_)) {
    if (const auto actual = number_of(value.scalar)) return *actual == number->value;
    return value.scalar.is_string() && value.text == number->text;
  }
  return false;
}

}  // namespace riposte
