/// Values of parameters: the kinds there are, and what each accepts.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "engine/base/error.h"

namespace riposte {

/// A parameter's value. Numbers stay exact 64-bit integers.
using Value = std::variant<bool, std::int64_t, std::string>;
using Parameters = std::map<std::string, Value>;

/// "true", "4711" or the text itself.
std::string text_of(const Value& value);

enum class ValueKind : std::uint8_t {
  boolean,
  integer,
  string,
  duration,
  timestamp,
  ip,
  user_name,
  path,
  sha256,
  boot_id,
  action_id,
  addresses,
};

std::string_view name_of(ValueKind kind);
std::optional<ValueKind> parse_value_kind(std::string_view name);

struct ParameterSpec {
  std::string name;
  ValueKind kind = ValueKind::string;
  bool required = false;
  std::string help;
  /// Both included. Units: of an integer its value, of a duration milliseconds, of a text (string, path)
  /// bytes.
  std::optional<std::int64_t> min{};
  std::optional<std::int64_t> max{};
};

/// The value as `kind` wants it ("4711" becomes a number), or why it cannot be one.
/// Units: a duration stays text ("5s"); a timestamp is RFC 3339 text; an address is canonical text, and one
/// of IPv4 in IPv6 is that of IPv4; `addresses` are some of them with commas between, each once, in order.
/// Errors: invalid.
Result<Value> conform(const Value& value, ValueKind kind);
/// The same, and within the parameter's bounds.
Result<Value> conform(const Value& value, const ParameterSpec& spec);

/// More addresses than this in one value are a network, and want another rule.
inline constexpr std::size_t kAddressesMax = 16;

}  // namespace riposte
