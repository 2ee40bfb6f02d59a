#include "rules/language/modifiers.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/base/nearest.h"
#include "rules/language/pattern.h"
#include "rules/language/utf8.h"

namespace riposte {
namespace {

using Drafts = std::expected<std::vector<Pattern>, std::string>;

/// What a value is while the modifiers are at work on it.
enum class Shape : std::uint8_t { value, text, regex, reference, final };

struct Modifier {
  std::string_view name;
  WrittenAs wants;
  /// The shapes that it may be applied to, and what it makes of them.
  Shape from;
  Shape to;
  Drafts (*apply)(Pattern, std::string_view name);
};

// ---- on texts

template <class Change>
Drafts change_text(Pattern pattern, Change change) {
  pattern.value = change(std::get<Glob>(std::move(pattern.value)));
  return std::vector{std::move(pattern)};
}

template <class Encode>
Drafts encode_text(const Pattern& pattern, Encode encode) {
  auto globs = encode(std::get<Glob>(pattern.value));
  if (!globs) return std::unexpected(globs.error());
  std::vector<Pattern> made;
  for (Glob& glob : *globs) {
    Pattern& next = made.emplace_back(pattern);
    next.value = std::move(glob);
  }
  return made;
}

Drafts open_ends(Pattern pattern, std::string_view name) {
  const bool front = name != "startswith";
  const bool back = name != "endswith";
  if (auto* reference = std::get_if<FieldReference>(&pattern.value)) {
    reference->open_front = reference->open_front || front;
    reference->open_back = reference->open_back || back;
    return std::vector{std::move(pattern)};
  }
  return change_text(std::move(pattern), [&](Glob glob) { return opened(std::move(glob), front, back); });
}

Drafts mind_case(Pattern pattern, std::string_view /*name*/) {
  pattern.cased = true;
  return std::vector{std::move(pattern)};
}

Drafts take_any_dash(Pattern pattern, std::string_view /*name*/) {
  return change_text(std::move(pattern), with_any_dash);
}

Drafts widen(Pattern pattern, std::string_view name) {
  const Utf16 encoding = name == "utf16be" ? Utf16::big_endian
                         : name == "utf16" ? Utf16::with_byte_order_mark
                                           : Utf16::little_endian;
  return encode_text(pattern, [&](const Glob& glob) { return as_utf16(glob, encoding); });
}

Drafts encode_base64(Pattern pattern, std::string_view name) {
  return encode_text(pattern, name == "base64" ? as_base64 : as_base64_offsets);
}

Drafts find_placeholders(Pattern pattern, std::string_view /*name*/) {
  return change_text(std::move(pattern), with_placeholders);
}

// ---- to something else

/// The text without its escapes, when it has no wildcards.
std::optional<std::string> plain_text(const Pattern& pattern) {
  const Pattern normal = normal_form(pattern);
  if (normal.kind != Pattern::Kind::equals) return {};
  return std::get<std::string>(normal.value);
}

Drafts take_network(Pattern pattern, std::string_view /*name*/) {
  const auto text = plain_text(pattern);
  if (!text) return std::unexpected("a network has no wildcards; write it like 10.0.0.0/8 or fe80::/10");
  auto network = parse_network(*text);
  if (!network) return std::unexpected(network.error());
  pattern.kind = Pattern::Kind::network;
  pattern.value = *network;
  return std::vector{std::move(pattern)};
}

Drafts take_reference(Pattern pattern, std::string_view /*name*/) {
  auto field = plain_text(pattern);
  if (!field)
    return std::unexpected("the name of a field has no wildcards; write '\\*' and '\\?' for the characters");
  pattern.kind = Pattern::Kind::field;
  pattern.value = FieldReference{std::move(*field)};
  return std::vector{std::move(pattern)};
}

Drafts take_regex(Pattern pattern, std::string_view /*name*/) { return std::vector{std::move(pattern)}; }

Drafts add_flag(Pattern pattern, std::string_view name) {
  const char flag = name == "ignorecase" ? 'i' : name == "multiline" ? 'm' : name == "dotall" ? 's' : name[0];
  pattern.value = fmt::format("(?{}){}", flag, std::get<std::string>(pattern.value));
  return std::vector{std::move(pattern)};
}

Drafts take_existence(Pattern pattern, std::string_view /*name*/) {
  pattern.kind = Pattern::Kind::exists;
  return std::vector{std::move(pattern)};
}

Drafts take_comparison(Pattern pattern, std::string_view name) {
  pattern.kind = name == "lt"    ? Pattern::Kind::less
                 : name == "lte" ? Pattern::Kind::at_most
                 : name == "gt"  ? Pattern::Kind::greater
                                 : Pattern::Kind::at_least;
  return std::vector{std::move(pattern)};
}

Drafts take_time_part(Pattern pattern, std::string_view name) {
  const auto* number = std::get_if<std::int64_t>(&pattern.value);
  if (number == nullptr) return std::unexpected("a whole number is needed, like 17");
  const auto unit =
      static_cast<TimePart::Unit>(std::ranges::find(TimePart::kNames, name) - TimePart::kNames.begin());
  pattern.value = TimePart{unit, *number};
  pattern.kind = Pattern::Kind::time_part;
  return std::vector{std::move(pattern)};
}

constexpr std::array kModifiers{
    Modifier{"contains", WrittenAs::text, Shape::text, Shape::text, open_ends},
    Modifier{"startswith", WrittenAs::text, Shape::text, Shape::text, open_ends},
    Modifier{"endswith", WrittenAs::text, Shape::text, Shape::text, open_ends},
    Modifier{"cased", WrittenAs::text, Shape::text, Shape::text, mind_case},
    Modifier{"windash", WrittenAs::text, Shape::text, Shape::text, take_any_dash},
    Modifier{"wide", WrittenAs::text, Shape::text, Shape::text, widen},
    Modifier{"utf16le", WrittenAs::text, Shape::text, Shape::text, widen},
    Modifier{"utf16be", WrittenAs::text, Shape::text, Shape::text, widen},
    Modifier{"utf16", WrittenAs::text, Shape::text, Shape::text, widen},
    Modifier{"base64", WrittenAs::text, Shape::text, Shape::text, encode_base64},
    Modifier{"base64offset", WrittenAs::text, Shape::text, Shape::text, encode_base64},
    Modifier{"expand", WrittenAs::text, Shape::text, Shape::text, find_placeholders},
    Modifier{"fieldref", WrittenAs::text, Shape::text, Shape::reference, take_reference},
    Modifier{"cidr", WrittenAs::text, Shape::text, Shape::final, take_network},
    Modifier{"re", WrittenAs::regex, Shape::value, Shape::regex, take_regex},
    Modifier{"i", WrittenAs::regex, Shape::regex, Shape::regex, add_flag},
    Modifier{"m", WrittenAs::regex, Shape::regex, Shape::regex, add_flag},
    Modifier{"s", WrittenAs::regex, Shape::regex, Shape::regex, add_flag},
    Modifier{"ignorecase", WrittenAs::regex, Shape::regex, Shape::regex, add_flag},
    Modifier{"multiline", WrittenAs::regex, Shape::regex, Shape::regex, add_flag},
    Modifier{"dotall", WrittenAs::regex, Shape::regex, Shape::regex, add_flag},
    Modifier{"exists", WrittenAs::boolean, Shape::value, Shape::final, take_existence},
    Modifier{"lt", WrittenAs::number, Shape::value, Shape::final, take_comparison},
    Modifier{"lte", WrittenAs::number, Shape::value, Shape::final, take_comparison},
    Modifier{"gt", WrittenAs::number, Shape::value, Shape::final, take_comparison},
    Modifier{"gte", WrittenAs::number, Shape::value, Shape::final, take_comparison},
    Modifier{"minute", WrittenAs::number, Shape::value, Shape::final, take_time_part},
    Modifier{"hour", WrittenAs::number, Shape::value, Shape::final, take_time_part},
    Modifier{"day", WrittenAs::number, Shape::value, Shape::final, take_time_part},
    Modifier{"week", WrittenAs::number, Shape::value, Shape::final, take_time_part},
    Modifier{"month", WrittenAs::number, Shape::value, Shape::final, take_time_part},
    Modifier{"year", WrittenAs::number, Shape::value, Shape::final, take_time_part},
};
/// Those of the whole line.
constexpr std::array<std::string_view, 2> kLineModifiers{"all", "neq"};

const Modifier* find_modifier(std::string_view name) {
  const auto* found = std::ranges::find(kModifiers, name, &Modifier::name);
  return found == kModifiers.end() ? nullptr : found;
}

/// A plain value becomes a text under the first modifier that wants one.
bool may_follow(const Modifier& modifier, Shape shape) {
  const bool on_reference =
      shape == Shape::reference && (modifier.apply == open_ends || modifier.apply == mind_case);
  return modifier.from == shape || on_reference || (shape == Shape::value && modifier.from == Shape::text);
}

Shape shape_after(const Modifier& modifier, Shape before) {
  return before == Shape::reference ? Shape::reference : modifier.to;
}

std::vector<std::string_view> split_key(std::string_view key) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t bar = key.find('|');
    parts.push_back(key.substr(0, bar));
    if (bar == std::string_view::npos) return parts;
    key.remove_prefix(bar + 1);
  }
}

std::string unknown_modifier(std::string_view name) {
  if (name.empty()) return "a modifier is missing after '|'; remove it, or name one";
  std::vector<std::string_view> known(kLineModifiers.begin(), kLineModifiers.end());
  for (const Modifier& modifier : kModifiers) known.push_back(modifier.name);
  std::string cure = did_you_mean(name, known);
  if (cure.empty()) cure = fmt::format("; known: {}", fmt::join(known, ", "));
  return fmt::format("unknown modifier '{}'{}", name, cure);
}

/// What may stand behind a modifier that leaves a value in this shape.
std::string_view followers(Shape shape) {
  if (shape == Shape::regex) return "; behind an expression stand i, m, s, all and neq";
  if (shape == Shape::reference)
    return "; behind it stand contains, startswith, endswith, cased, all and neq";
  if (shape == Shape::final) return "; behind it stand all and neq";
  return "; it comes first";
}

std::string cannot_follow(const Modifier& modifier, std::string_view before, Shape shape) {
  if (modifier.from == Shape::regex)
    return fmt::format("modifier '{0}' only follows 're', as in 'field|re|{0}'", modifier.name);
  return fmt::format("modifier '{}' cannot follow '{}'{}", modifier.name, before, followers(shape));
}

/// Adds the modifiers of a key one by one.
class KeyReader {
 public:
  explicit KeyReader(std::string_view field) { modifiers_.field = field; }

  /// What is wrong with adding `name`, or nothing.
  std::string add(std::string_view name) {
    const bool twice = std::ranges::find(seen_, name) != seen_.end();
    seen_.push_back(name);
    if (twice) return fmt::format("modifier '{}' stands here twice; once is enough", name);
    if (name == "all" || name == "neq") {
      (name == "all" ? modifiers_.all : modifiers_.negated) = true;
      return {};
    }
    const Modifier* modifier = find_modifier(name);
    if (modifier == nullptr) return unknown_modifier(name);
    if (!may_follow(*modifier, shape_))
      return cannot_follow(*modifier, modifiers_.chain.empty() ? "" : modifiers_.chain.back(), shape_);
    if (modifiers_.chain.empty()) modifiers_.wants = modifier->wants;
    shape_ = shape_after(*modifier, shape_);
    modifiers_.chain.emplace_back(name);
    return {};
  }

  Modifiers take() { return std::move(modifiers_); }

 private:
  Modifiers modifiers_;
  std::vector<std::string_view> seen_;
  Shape shape_ = Shape::value;
};

std::string wrong_kind(const yaml::Node& value, WrittenAs wants) {
  switch (wants) {
    case WrittenAs::text:
      return value.is_null() ? "a text is needed, not null; the empty text is ''"
                             : fmt::format("a text is needed; write '{}' in quotes", value.text);
    case WrittenAs::regex:
      return "a regular expression is needed, not null";
    case WrittenAs::number:
      return fmt::format("a number is needed, without quotes, not {}", yaml::describe(value));
    case WrittenAs::boolean:
      return fmt::format("true or false is needed, not {}", yaml::describe(value));
    case WrittenAs::anything:
      break;
  }
  return {};
}

bool is_number(const Pattern& pattern) {
  return std::holds_alternative<std::int64_t>(pattern.value) ||
         std::holds_alternative<std::uint64_t>(pattern.value) ||
         std::holds_alternative<Decimal>(pattern.value);
}

/// The value before any modifier.
Drafts first_draft(const yaml::Node& value, const Modifiers& modifiers) {
  Pattern draft = typed_pattern(value);
  bool fits = true;
  if (modifiers.wants == WrittenAs::regex) {
    fits = !value.is_null();
    draft = {};
    draft.kind = Pattern::Kind::regex;
    draft.value = value.text;
  }
  if (modifiers.wants == WrittenAs::text) fits = std::holds_alternative<Glob>(draft.value);
  if (modifiers.wants == WrittenAs::number) fits = is_number(draft);
  if (modifiers.wants == WrittenAs::boolean) fits = std::holds_alternative<bool>(draft.value);
  if (!fits) return std::unexpected(wrong_kind(value, modifiers.wants));
  return std::vector{std::move(draft)};
}

template <class Step>
Drafts each(std::vector<Pattern> drafts, Step step) {
  std::vector<Pattern> made;
  for (Pattern& draft : drafts) {
    Drafts next = step(std::move(draft));
    if (!next) return next;
    std::ranges::move(*next, std::back_inserter(made));
  }
  if (made.size() > kAlternativesMax)
    return std::unexpected(fmt::format("it stands for more than {} texts; split it", kAlternativesMax));
  return made;
}

bool is_text(const Pattern& pattern) {
  return std::ranges::all_of(std::get<Glob>(pattern.value), is_utf8, &GlobPiece::text);
}

Drafts finished(Pattern draft, const PlaceholderLists& lists) {
  if (!std::holds_alternative<Glob>(draft.value)) return std::vector{std::move(draft)};
  // What is no text stands in no event. A byte order mark is none in one of its two forms.
  if (!is_text(draft)) return std::vector<Pattern>{};
  Drafts made = encode_text(draft, [&](const Glob& glob) { return expanded(glob, lists); });
  if (made)
    for (Pattern& pattern : *made) pattern = normal_form(std::move(pattern));
  return made;
}

}  // namespace

std::vector<std::string_view> modifier_names() {
  std::vector<std::string_view> names(kLineModifiers.begin(), kLineModifiers.end());
  for (const Modifier& modifier : kModifiers) names.push_back(modifier.name);
  return names;
}

std::optional<Modifiers> read_modifiers(const yaml::Entry& entry, Diagnostics& diagnostics) {
  const std::vector<std::string_view> parts = split_key(entry.key);
  KeyReader reader(parts.front());
  bool ok = true;
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const std::string problem = reader.add(parts[i]);
    if (problem.empty()) continue;
    diagnostics.error(entry, problem);
    ok = false;
  }
  return ok ? std::optional(reader.take()) : std::nullopt;
}

std::expected<std::vector<Pattern>, std::string> patterns_of(const yaml::Node& value,
                                                             const Modifiers& modifiers,
                                                             const PlaceholderLists& lists) {
  Drafts drafts = first_draft(value, modifiers);
  for (const std::string& name : modifiers.chain) {
    if (!drafts) return drafts;
    const Modifier& modifier = *find_modifier(name);
    drafts = each(std::move(*drafts),
                  [&](Pattern draft) { return modifier.apply(std::move(draft), modifier.name); });
  }
  if (!drafts) return drafts;
  Drafts patterns =
      each(std::move(*drafts), [&](Pattern draft) { return finished(std::move(draft), lists); });
  if (patterns && patterns->empty())
    return std::unexpected(
        "these two-byte characters are no text, so no event has them; put 'base64' or "
        "'base64offset' behind the modifier");
  return patterns;
}

}  // namespace riposte
