#include "rules/event/number_text.h"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include <simdjson.h>

#include "rules/event/byte_blocks.h"

namespace riposte {
namespace {

namespace simd = simdjson::builtin;

/// Every number of so many digits fits into 64 bits with its sign.
constexpr unsigned kSafeDigits = 18;
/// With a digit more, those of the least signed integer are the limit of negative numbers; others fit.
constexpr std::string_view kLeast = "9223372036854775808";
static_assert(kLeast.size() == kSafeDigits + 1);
/// A number of so few bytes without exponent is finite.
constexpr unsigned kDigitBlock = 32;

/// What simdjson's number parser writes to.
struct NumberWriter {
  Scalar* out;

  void append_s64(std::int64_t value) { out->value = value; }
  void append_u64(std::uint64_t value) { out->value = value; }
  void append_double(double value) { out->value = value; }
  void skip_double() {}
};

bool parse(const char* text, Scalar& out) {
  NumberWriter writer{&out};
  return simd::numberparsing::parse_number(reinterpret_cast<const std::uint8_t*>(text), writer) ==
         simdjson::SUCCESS;
}

bool ends_value(char c) {
  return simd::jsoncharutils::is_structural_or_whitespace(static_cast<std::uint8_t>(c)) != 0;
}

/// Too long, with an exponent, or none at all.
[[gnu::noinline]] bool is_strange_number(const char* text, const char* digits, unsigned count) {
  if (count == kLeast.size() && ends_value(digits[count]))
    return text == digits || std::memcmp(digits, kLeast.data(), count) <= 0;
  Scalar parsed;
  return parse(text, parsed);
}

}  // namespace

bool is_number(const char* text) {
  const char* digits = text + (*text == '-' ? 1 : 0);
  const std::uint32_t others = other_than_digits(digits);
  const auto whole = static_cast<unsigned>(std::countr_zero(others));
  if (whole > 1 && *digits == '0') return false;
  if (whole - 1 < kSafeDigits && ends_value(digits[whole])) return true;
  if (whole == 0 || whole == kDigitBlock || digits[whole] != '.')
    return is_strange_number(text, digits, whole);
  const auto end = static_cast<unsigned>(std::countr_zero(others & (others - 1)));
  return (end < kDigitBlock && end > whole + 1 && ends_value(digits[end])) ||
         is_strange_number(text, digits, 0);
}

Scalar number_at(const char* text) {
  Scalar number;
  parse(text, number);
  return number;
}

}  // namespace riposte
