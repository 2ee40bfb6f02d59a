#include "engine/lifecycle/value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "engine/base/ascii.h"
#include "engine/base/clock.h"
#include "engine/base/hex.h"

namespace riposte {
namespace {

struct NamedKind {
  ValueKind kind;
  std::string_view name;
  std::string_view cure;  ///< what to write instead; empty where the name says it
};
constexpr std::array<NamedKind, 12> kValueKinds{
    {{ValueKind::boolean, "boolean", ""},
     {ValueKind::integer, "integer", ""},
     {ValueKind::string, "string", ""},
     {ValueKind::duration, "duration", ""},
     {ValueKind::timestamp, "timestamp", ""},
     {ValueKind::ip, "ip", ""},
     {ValueKind::user_name, "user_name", ""},
     {ValueKind::path, "path", ""},
     {ValueKind::sha256, "sha256", "64 hexadecimal digits"},
     {ValueKind::boot_id, "boot_id", "a UUID like 3f2a91c0-1d52-4b8e-9a30-5f6d7c8b9a01"},
     {ValueKind::action_id, "action_id", "32 hexadecimal digits in lower case"},
     {ValueKind::addresses, "addresses", "addresses with commas between: 192.0.2.1,2001:db8::1"}}};

static_assert(
    [] {
      for (std::size_t i = 0; i < kValueKinds.size(); ++i)
        if (static_cast<std::size_t>(kValueKinds[i].kind) != i) return false;
      return true;
    }(),
    "the table is in the order of the enumeration");

/// An address of IPv4 that is written as one of IPv6 is the same address, and must not pass as another.
std::string canonical_v6(const in6_addr& address) {
  constexpr std::size_t kMappedPrefix = 12;
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (IN6_IS_ADDR_V4MAPPED(&address))
    inet_ntop(AF_INET, address.s6_addr + kMappedPrefix, text.data(), text.size());
  else
    inet_ntop(AF_INET6, &address, text.data(), text.size());
  return text.data();
}

std::optional<std::string> canonical_address(const std::string& text) {
  if (text.find('\0') != std::string::npos) return {};
  if (in6_addr address{}; inet_pton(AF_INET6, text.c_str(), &address) == 1) return canonical_v6(address);
  in_addr address{};
  std::array<char, INET_ADDRSTRLEN> canonical{};
  if (inet_pton(AF_INET, text.c_str(), &address) != 1) return {};
  return inet_ntop(AF_INET, &address, canonical.data(), canonical.size());
}

/// The grammar of useradd(8), which also keeps options and paths out.
bool is_user_name(std::string_view text) {
  constexpr std::size_t kUserNameMax = 64;
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.' || c == '$' || c == '@' || c == '\\';
  };
  return !text.empty() && text.size() <= kUserNameMax && text.front() != '-' &&
         std::ranges::all_of(text, allowed);
}

bool is_absolute_path(std::string_view text) {
  return text.starts_with('/') && text.find('\0') == std::string_view::npos &&
         text.find("/../") == std::string_view::npos && !text.ends_with("/..");
}

std::unexpected<Error> not_a(ValueKind kind, const std::string& text) {
  const NamedKind& named = kValueKinds[static_cast<std::size_t>(kind)];
  std::string what = "'" + text + "' is no " + std::string(named.name);
  if (!named.cure.empty()) what += "; write " + std::string(named.cure);
  return fail(Errc::invalid, std::move(what));
}

Result<Value> conform_integer(const Value& value, const std::string& text) {
  if (std::holds_alternative<std::int64_t>(value)) return value;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return not_a(ValueKind::integer, text);
  return Value(number);
}

Result<Value> conform_addresses(const std::string& text) {
  std::set<std::string> known;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t comma = std::min(text.find(',', from), text.size());
    const auto address = canonical_address(text.substr(from, comma - from));
    if (!address) return not_a(ValueKind::addresses, text);
    known.insert(*address);
    from = comma + 1;
    if (known.size() > kAddressesMax)
      return fail(Errc::invalid, "more than " + std::to_string(kAddressesMax) + " addresses");
  }
  std::string joined;
  for (const std::string& address : known) joined += (joined.empty() ? "" : ",") + address;
  return Value(std::move(joined));
}

/// What a bound is compared with; empty for a kind that knows no bounds.
std::optional<std::int64_t> measure(const Value& value, ValueKind kind) {
  switch (kind) {
    case ValueKind::integer:
      return std::get<std::int64_t>(value);
    case ValueKind::duration:
      return std::chrono::ceil<std::chrono::milliseconds>(*parse_duration(std::get<std::string>(value)))
          .count();
    case ValueKind::string:
    case ValueKind::path:
      return std::ssize(std::get<std::string>(value));
    case ValueKind::boolean:
    case ValueKind::timestamp:
    case ValueKind::ip:
    case ValueKind::user_name:
    case ValueKind::sha256:
    case ValueKind::boot_id:
    case ValueKind::action_id:
    case ValueKind::addresses:
      return {};
  }
  std::unreachable();
}

bool counts_bytes(ValueKind kind) { return kind == ValueKind::string || kind == ValueKind::path; }

/// "1 to 65535", "at most 30s", "1 to 4096 bytes".
std::string bounds_text(const ParameterSpec& spec) {
  const auto written = [&](std::int64_t bound) {
    return spec.kind == ValueKind::duration ? duration_text(std::chrono::milliseconds(bound))
                                            : std::to_string(bound);
  };
  std::string text = spec.min && spec.max ? written(*spec.min) + " to " + written(*spec.max)
                     : spec.min           ? "at least " + written(*spec.min)
                                          : "at most " + written(*spec.max);
  return counts_bytes(spec.kind) ? text + " bytes" : text;
}

}  // namespace

std::string text_of(const Value& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  return std::get<std::string>(value);
}

std::string_view name_of(ValueKind kind) { return kValueKinds[static_cast<std::size_t>(kind)].name; }

std::optional<ValueKind> parse_value_kind(std::string_view name) {
  for (const NamedKind& known : kValueKinds)
    if (known.name == name) return known.kind;
  return {};
}

Result<Value> conform(const Value& value, ValueKind kind) {
  const std::string text = text_of(value);
  const auto text_if = [&](bool right, const std::string& wanted) {
    return right ? Result<Value>(Value(wanted)) : not_a(kind, text);
  };
  constexpr std::size_t kSha256Digits = 64;
  constexpr std::size_t kActionIdDigits = 32;
  switch (kind) {
    case ValueKind::boolean:
      if (text == "true") return Value(true);
      if (text == "false") return Value(false);
      return not_a(kind, text);
    case ValueKind::integer:
      return conform_integer(value, text);
    case ValueKind::string:
      return Value(text);
    case ValueKind::duration:
      return text_if(parse_duration(text).has_value(), text);
    case ValueKind::timestamp:
      return text_if(parse_iso8601(text).has_value(), text);
    case ValueKind::ip:
      if (const auto address = canonical_address(text)) return Value(*address);
      return not_a(kind, text);
    case ValueKind::user_name:
      return text_if(is_user_name(text), text);
    case ValueKind::path:
      return text_if(is_absolute_path(text), text);
    case ValueKind::sha256:
      return text_if(is_hex(lower_ascii(text), kSha256Digits), lower_ascii(text));
    case ValueKind::boot_id:
      return text_if(is_uuid(lower_ascii(text)), lower_ascii(text));
    case ValueKind::action_id:
      return text_if(is_hex(text, kActionIdDigits), text);
    case ValueKind::addresses:
      return conform_addresses(text);
  }
  std::unreachable();
}

Result<Value> conform(const Value& value, const ParameterSpec& spec) {
  Value conforming = TRY(conform(value, spec.kind));
  const auto size = measure(conforming, spec.kind);
  const bool fits = !size || ((!spec.min || *size >= *spec.min) && (!spec.max || *size <= *spec.max));
  if (fits) return conforming;
  const std::string found =
      counts_bytes(spec.kind) ? "a text of " + std::to_string(*size) + " bytes" : "'" + text_of(value) + "'";
  return fail(Errc::invalid, found + " is out of bounds; write " + bounds_text(spec));
}

}  // namespace riposte
