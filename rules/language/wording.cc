#include "rules/language/wording.h"

#include <fmt/format.h>

#include "engine/base/printable.h"

namespace riposte {
namespace {

using Kind = Pattern::Kind;

std::string quoted(std::string_view text) { return fmt::format("'{}'", printable(text)); }

/// As a rule would write it.
std::string glob_text(const Glob& glob) {
  std::string text;
  for (const GlobPiece& piece : glob) {
    if (piece.kind == GlobPiece::Kind::any_string) text += '*';
    if (piece.kind == GlobPiece::Kind::any_character) text += '?';
    if (piece.kind == GlobPiece::Kind::any_dash) text += '-';
    for (const char c : piece.text) {
      if (c == '*' || c == '?') text += '\\';
      text += c;
    }
  }
  return text;
}

struct ValueText {
  std::string operator()(std::monostate) const { return "null or missing"; }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(std::uint64_t value) const { return std::to_string(value); }
  std::string operator()(const Decimal& value) const { return value.text; }
  std::string operator()(const std::string& value) const { return quoted(value); }
  std::string operator()(const Glob& value) const { return quoted(glob_text(value)); }
  std::string operator()(const IpNetwork& value) const { return text_of(value); }
  std::string operator()(const FieldReference& value) const { return "the value of " + value.field; }
  std::string operator()(const TimePart& value) const {
    return fmt::format("{} {}", TimePart::kNames.at(static_cast<std::size_t>(value.unit)), value.number);
  }
};

std::string value_text(const Pattern& pattern) { return std::visit(ValueText{}, pattern.value); }

std::string verb_of_reference(const FieldReference& reference) {
  if (reference.open_front && reference.open_back) return "contains";
  if (reference.open_front) return "ends with";
  return reference.open_back ? "starts with" : "is";
}

std::string verb_of(const Pattern& pattern) {
  switch (pattern.kind) {
    case Kind::equals:
      return "is";
    case Kind::contains:
      return "contains";
    case Kind::starts_with:
      return "starts with";
    case Kind::ends_with:
      return "ends with";
    case Kind::wildcard:
      return "fits";
    case Kind::present:
      return "is anything but null";
    case Kind::regex:
      return "fits the expression";
    case Kind::less:
      return "is less than";
    case Kind::at_most:
      return "is at most";
    case Kind::greater:
      return "is greater than";
    case Kind::at_least:
      return "is at least";
    case Kind::network:
      return "is in";
    case Kind::exists:
      return std::get<bool>(pattern.value) ? "is there" : "is not there";
    case Kind::field:
      return verb_of_reference(std::get<FieldReference>(pattern.value));
    case Kind::time_part:
      return "falls into";
  }
  return {};
}

bool says_all_by_its_verb(const Pattern& pattern) {
  return pattern.kind == Kind::present || pattern.kind == Kind::exists;
}

}  // namespace

std::string words_of(const Pattern& pattern) {
  if (says_all_by_its_verb(pattern)) return verb_of(pattern);
  return fmt::format("{} {}{}", verb_of(pattern), value_text(pattern), pattern.cased ? " (case counts)" : "");
}

std::string words_of(const FieldMatch& match) {
  std::string words = match.field.empty() ? "any text of the event" : match.field;
  if (match.negated) words += " does not fit:";
  std::string verb;
  std::size_t written = 0;
  for (const std::vector<Pattern>& patterns : match.values) {
    if (written == kWordedValuesMax) break;
    if (written > 0) words += match.all ? " and" : " or";
    // One verb serves all values that it fits.
    const Pattern& first = patterns.front();
    const bool same_verb =
        written > 0 && !says_all_by_its_verb(first) && verb_of(first) == verb && !first.cased;
    words += " " + (same_verb ? value_text(first) : words_of(first));
    if (patterns.size() > 1) words += fmt::format(" (in any of {} forms)", patterns.size());
    verb = verb_of(first);
    ++written;
  }
  if (match.values.size() > written)
    words += fmt::format(" {} {} more", match.all ? "and" : "or", match.values.size() - written);
  return words;
}

}  // namespace riposte
