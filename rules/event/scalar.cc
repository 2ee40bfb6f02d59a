#include "rules/event/scalar.h"

#include <charconv>

#include <fmt/format.h>

namespace riposte {
namespace {

struct Text {
  std::string operator()(std::monostate) const { return "null"; }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(std::string_view value) const { return std::string(value); }
  template <class Number>
  std::string operator()(Number value) const {
    return fmt::format("{}", value);
  }
};

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return value;
}

}  // namespace

std::string Scalar::text() const { return std::visit(Text{}, value); }

std::optional<std::int64_t> Scalar::integer() const {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  if (const auto* string = std::get_if<std::string_view>(&value)) return parse_integer(*string);
  return {};
}

}  // namespace riposte
