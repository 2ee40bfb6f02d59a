#include "rules/matching/value_matcher.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>

#include <fmt/format.h>
#include <re2/re2.h>

#include "engine/base/clock.h"
#include "rules/matching/fold.h"

namespace riposte {
namespace {

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool fold_is_enough(const Glob& glob) {
  return std::ranges::all_of(glob,
                             [](const GlobPiece& piece) { return riposte::fold_is_enough(piece.text); });
}

/// Text that has more cases than fold() knows is compared by RE2, which knows Unicode's simple case folding.
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
      case GlobPiece::Kind::any_dash:
        expression += fmt::format("[{}]", fmt::join(kDashes, ""));
        break;
      case GlobPiece::Kind::placeholder:  // none is left once a rule has been read
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

std::optional<long double> number_of(const Scalar& scalar) {
  if (const auto* number = std::get_if<std::int64_t>(&scalar.value)) return *number;
  if (const auto* number = std::get_if<std::uint64_t>(&scalar.value)) return *number;
  if (const auto* number = std::get_if<double>(&scalar.value)) return *number;
  return {};
}

template <class Number>
std::optional<Number> number_from(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return number;
}

/// A number, or a text that is one: "80", "-1.5", "1e3".
std::optional<long double> written_number(const PreparedValue& value) {
  if (!value.scalar.is_string()) return number_of(value.scalar);
  const std::string_view text = value.text;
  const std::string_view digits = text.substr(text.starts_with('-') ? 1 : 0);
  if (digits.empty() || ((digits[0] < '0' || digits[0] > '9') && digits[0] != '.')) return {};
  if (const auto number = number_from<std::int64_t>(text)) return *number;
  if (const auto number = number_from<std::uint64_t>(text)) return *number;
  // Not more exact than the same number without quotes.
  return number_from<double>(text);
}

long double number_of(const Pattern& pattern) {
  if (const auto* number = std::get_if<std::int64_t>(&pattern.value)) return *number;
  if (const auto* number = std::get_if<std::uint64_t>(&pattern.value)) return *number;
  return std::get<Decimal>(pattern.value).value;
}

std::string number_text(const Pattern& pattern) {
  if (const auto* number = std::get_if<std::int64_t>(&pattern.value)) return std::to_string(*number);
  if (const auto* number = std::get_if<std::uint64_t>(&pattern.value)) return std::to_string(*number);
  return std::get<Decimal>(pattern.value).text;
}

/// A moment further away than this is none: year 10000.
constexpr std::int64_t kMillisecondsMax = 253'402'300'800'000;
/// Seconds since 1970 stay below this until the year 5138; from there on the number counts milliseconds, and
/// so it does before 1970.
constexpr std::int64_t kFirstMilliseconds = 100'000'000'000;

std::optional<WallTime> moment_of(const PreparedValue& value) {
  if (value.scalar.is_string())
    if (const auto moment = parse_iso8601(value.text)) return moment;
  const auto number = value.scalar.integer();
  if (!number) return {};
  const bool fits = *number > -kMillisecondsMax && *number < kMillisecondsMax;
  if (!fits) return {};
  if (*number >= kFirstMilliseconds || *number <= -kFirstMilliseconds)
    return WallTime(std::chrono::milliseconds(*number));
  return WallTime(std::chrono::seconds(*number));
}

int iso_week(std::chrono::sys_days day) {
  // The week belongs to the year that its Thursday is in.
  const std::chrono::weekday weekday{day};
  const auto thursday = day + std::chrono::days(4) - std::chrono::days(weekday.iso_encoding());
  const std::chrono::year_month_day date{thursday};
  const auto new_year = std::chrono::sys_days(date.year() / std::chrono::January / 1);
  return static_cast<int>((thursday - new_year).count() / 7) + 1;
}

std::int64_t part_of(WallTime moment, TimePart::Unit unit) {
  const auto day = std::chrono::floor<std::chrono::days>(moment);
  const std::chrono::year_month_day date{day};
  const auto minutes = std::chrono::floor<std::chrono::minutes>(moment - day).count();
  switch (unit) {
    case TimePart::Unit::minute:
      return minutes % 60;
    case TimePart::Unit::hour:
      return minutes / 60;
    case TimePart::Unit::day:
      return static_cast<unsigned>(date.day());
    case TimePart::Unit::week:
      return iso_week(day);
    case TimePart::Unit::month:
      return static_cast<unsigned>(date.month());
    case TimePart::Unit::year:
      return static_cast<int>(date.year());
  }
  std::unreachable();
}

/// Both in the same case.
bool refers(const FieldReference& reference, std::string_view text, std::string_view wanted) {
  if (reference.open_front && reference.open_back) return text.find(wanted) != std::string_view::npos;
  if (reference.open_front) return text.ends_with(wanted);
  if (reference.open_back) return text.starts_with(wanted);
  return text == wanted;
}

static_assert(std::numeric_limits<long double>::digits >= 64,
              "a 64-bit integer must survive in a long double");

}  // namespace

std::expected<ValueMatcher, std::string> ValueMatcher::make(const Pattern& pattern) {
  switch (pattern.kind) {
    case Pattern::Kind::present:
      return ValueMatcher(Present{});
    case Pattern::Kind::regex:
      return make_regex(std::get<std::string>(pattern.value));
    case Pattern::Kind::less:
    case Pattern::Kind::at_most:
    case Pattern::Kind::greater:
    case Pattern::Kind::at_least:
      return ValueMatcher(Comparison{pattern.kind, number_of(pattern)});
    case Pattern::Kind::network:
      return ValueMatcher(std::get<IpNetwork>(pattern.value));
    case Pattern::Kind::exists:
      return ValueMatcher(Exists{std::get<bool>(pattern.value)});
    case Pattern::Kind::time_part:
      return ValueMatcher(std::get<TimePart>(pattern.value));
    default:
      break;
  }
  if (const auto* glob = std::get_if<Glob>(&pattern.value)) return make_wildcards(*glob, pattern.cased);
  if (const auto* text = std::get_if<std::string>(&pattern.value)) return make_text(pattern, *text);
  if (const auto* flag = std::get_if<bool>(&pattern.value)) return ValueMatcher(Flag{*flag});
  if (std::holds_alternative<std::monostate>(pattern.value)) return ValueMatcher(Null{});
  return ValueMatcher(Number{number_of(pattern), number_text(pattern)});
}

std::expected<ValueMatcher, std::string> ValueMatcher::make_regex(const std::string& expression) {
  auto regex = RegexMatcher::make(expression);
  if (!regex) return std::unexpected(std::move(regex.error()));
  return ValueMatcher(std::move(*regex));
}

std::expected<ValueMatcher, std::string> ValueMatcher::make_text(const Pattern& pattern,
                                                                 const std::string& text) {
  if (pattern.cased) return ValueMatcher(LiteralPattern{pattern.kind, true, text});
  if (riposte::fold_is_enough(text)) return ValueMatcher(LiteralPattern{pattern.kind, false, fold(text)});
  return make_regex(expression_of(pattern.kind, text));
}

std::expected<ValueMatcher, std::string> ValueMatcher::make_wildcards(const Glob& glob, bool cased) {
  if (!cased && !fold_is_enough(glob)) return make_regex(expression_of(glob));
  return ValueMatcher(GlobMatcher(glob, cased));
}

bool ValueMatcher::matches_field(const FieldValues& values) const {
  if (std::holds_alternative<Null>(test_)) return values.is_null();
  if (std::holds_alternative<Present>(test_)) return !values.is_null();
  if (const auto* exists = std::get_if<Exists>(&test_)) return values.present == exists->wanted;
  return false;
}

bool ValueMatcher::matches(const PreparedValue& value) const {
  return std::visit(
      [&](const auto& test) {
        if constexpr (requires { holds(test, value); })
          return holds(test, value);
        else
          return false;  // looks at the field as a whole
      },
      test_);
}

std::vector<LiteralPattern> ValueMatcher::literals() const {
  if (const auto* own = std::get_if<LiteralPattern>(&test_)) return {*own};
  const auto* glob = std::get_if<GlobMatcher>(&test_);
  return glob != nullptr ? glob->literals() : std::vector<LiteralPattern>();
}

std::size_t ValueMatcher::effort() const {
  constexpr std::size_t kSearch = 8;
  constexpr std::size_t kWildcards = 30;
  constexpr std::size_t kRegex = 100;
  if (std::holds_alternative<RegexMatcher>(test_)) return kRegex;
  if (std::holds_alternative<GlobMatcher>(test_)) return kWildcards;
  const auto* literal = std::get_if<LiteralPattern>(&test_);
  return literal != nullptr && literal->kind == Pattern::Kind::contains ? kSearch : 1;
}

bool ValueMatcher::holds(const LiteralPattern& literal, const PreparedValue& value) {
  return stands_in(literal.cased ? value.text : value.folded, literal.kind, literal.text);
}

bool ValueMatcher::holds(const GlobMatcher& glob, const PreparedValue& value) {
  return glob.matches(glob.is_cased() ? value.text : value.folded);
}

bool ValueMatcher::holds(const RegexMatcher& regex, const PreparedValue& value) {
  return regex.matches(value.text, value.folded);
}

bool ValueMatcher::holds(const Flag& flag, const PreparedValue& value) {
  if (const auto* truth = std::get_if<bool>(&value.scalar.value)) return *truth == flag.value;
  return value.scalar.is_string() && value.folded == (flag.value ? "true" : "false");
}

bool ValueMatcher::holds(const Number& number, const PreparedValue& value) {
  if (const auto actual = number_of(value.scalar)) return *actual == number.value;
  return value.scalar.is_string() && value.text == number.text;
}

bool ValueMatcher::holds(const Comparison& comparison, const PreparedValue& value) {
  const auto number = written_number(value);
  if (!number) return false;
  switch (comparison.kind) {
    case Pattern::Kind::less:
      return *number < comparison.bound;
    case Pattern::Kind::at_most:
      return *number <= comparison.bound;
    case Pattern::Kind::greater:
      return *number > comparison.bound;
    default:
      return *number >= comparison.bound;
  }
}

bool ValueMatcher::holds(const IpNetwork& network, const PreparedValue& value) {
  const auto address = value.scalar.is_string() ? parse_address(value.text) : std::nullopt;
  return address && network.contains(*address);
}

bool ValueMatcher::holds(const TimePart& part, const PreparedValue& value) {
  const auto moment = moment_of(value);
  return moment && part_of(*moment, part.unit) == part.number;
}

bool refers(const FieldReference& reference, bool cased, const PreparedValue& value,
            const PreparedValue& other) {
  if (cased) return refers(reference, value.text, other.text);
  if (is_ascii(value.folded) || is_ascii(other.folded)) return refers(reference, value.folded, other.folded);
  return refers(reference, fold_beyond_ascii(value.folded), fold_beyond_ascii(other.folded));
}

}  // namespace riposte
