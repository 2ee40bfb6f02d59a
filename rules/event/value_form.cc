#include "rules/event/value_form.h"

#include <charconv>

#include <fmt/format.h>

#include "engine/base/ascii.h"
#include "engine/base/clock.h"

namespace riposte {
namespace {

std::optional<std::string_view> value_of(std::string_view list, std::string_view key) {
  while (!list.empty()) {
    const std::string_view pair = list.substr(0, list.find(','));
    list.remove_prefix(std::min(pair.size() + 1, list.size()));
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos && lower_ascii(pair.substr(0, equals)) == lower_ascii(key))
      return pair.substr(equals + 1);
  }
  return {};
}

std::optional<std::string_view> cut_once(std::string_view text, const Cut& cut) {
  if (cut.kind == Cut::Kind::value_of) return value_of(text, cut.text);
  const bool last = cut.kind == Cut::Kind::before_last || cut.kind == Cut::Kind::after_last;
  const bool before = cut.kind == Cut::Kind::before || cut.kind == Cut::Kind::before_last;
  const std::size_t at = last ? text.rfind(cut.text) : text.find(cut.text);
  if (at == std::string_view::npos) return {};
  return before ? text.substr(0, at) : text.substr(at + cut.text.size());
}

template <class Number>
std::optional<Number> whole_number(std::string_view text, int base) {
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return {};
  return value;
}

Scalar as_integer(const Scalar& scalar) {
  if (!scalar.is_string()) return scalar;
  std::string_view text = std::get<std::string_view>(scalar.value);
  const bool hexadecimal = text.starts_with("0x") || text.starts_with("0X");
  if (hexadecimal) text.remove_prefix(2);
  const int base = hexadecimal ? 16 : 10;
  if (const auto number = whole_number<std::int64_t>(text, base)) return {*number};
  if (const auto number = whole_number<std::uint64_t>(text, base)) return {*number};
  return scalar;
}

Scalar as_time(const Scalar& scalar, const Event& event) {
  if (!scalar.is_string()) return scalar;
  const std::string_view text = std::get<std::string_view>(scalar.value);
  if (parse_iso8601(text)) return scalar;
  std::string in_utc = std::string(text) + "Z";
  if (const std::size_t blank = in_utc.find(' '); blank != std::string::npos) in_utc[blank] = 'T';
  return parse_iso8601(in_utc) ? Scalar{event.keep(std::move(in_utc))} : scalar;
}

/// 9999-12-31T23:59:59Z: later years have no ISO 8601 text.
constexpr std::int64_t kEpochSecondsMax = 253'402'300'799;

Scalar from_epoch(const Scalar& scalar, std::int64_t units_per_second, int digits, const Event& event) {
  const std::optional<std::int64_t> count = scalar.integer();
  if (!count || *count < 0 || *count / units_per_second > kEpochSecondsMax) return scalar;
  const std::chrono::sys_seconds second(std::chrono::seconds(*count / units_per_second));
  std::string text = iso8601(second);
  text.resize(text.find('.'));
  if (digits > 0) text += fmt::format(".{:0{}}", *count % units_per_second, digits);
  return {event.keep(text + "Z")};
}

}  // namespace

std::optional<std::string> part_of(std::string_view text, const std::vector<Cut>& cuts) {
  for (const Cut& one : cuts) {
    const auto part = cut_once(text, one);
    if (!part) return {};
    text = *part;
  }
  return std::string(text);
}

Scalar in_form(const Scalar& scalar, ValueForm form, const Event& event) {
  switch (form) {
    case ValueForm::as_written:
      return scalar;
    case ValueForm::integer:
      return as_integer(scalar);
    case ValueForm::time:
      return as_time(scalar, event);
    case ValueForm::epoch_s:
      return from_epoch(scalar, 1, 0, event);
    case ValueForm::epoch_ms:
      return from_epoch(scalar, 1'000, 3, event);
    case ValueForm::epoch_us:
      return from_epoch(scalar, 1'000'000, 6, event);
    case ValueForm::epoch_ns:
      return from_epoch(scalar, 1'000'000'000, 9, event);
  }
  return scalar;
}

}  // namespace riposte
