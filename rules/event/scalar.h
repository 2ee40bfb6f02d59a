/// One JSON value that is neither object nor array. Integers are exact, signed and unsigned.
///
/// Limits:  a string is borrowed from the event.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace riposte {

struct Scalar {
  /// std::uint64_t only above the largest std::int64_t; std::monostate is JSON null.
  std::variant<std::monostate, bool, std::int64_t, std::uint64_t, double, std::string_view> value;

  bool is_null() const { return std::holds_alternative<std::monostate>(value); }
  bool is_string() const { return std::holds_alternative<std::string_view>(value); }
  /// "null", "true", "4711", "0.5" (the shortest text that reads back exactly), or the string itself.
  std::string text() const;
  /// A whole number that fits, or a string that is the decimal text of one ("3008"): many formats write
  /// numbers as text.
  std::optional<std::int64_t> integer() const;

  bool operator==(const Scalar&) const = default;
};

}  // namespace riposte
