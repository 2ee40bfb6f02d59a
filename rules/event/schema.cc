#include "rules/event/schema.h"

#include <algorithm>
#include <charconv>

namespace riposte {
namespace {

std::string lower_ascii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

std::optional<double> number_of(const Scalar& scalar) {
  if (scalar.is_null() || std::holds_alternative<bool>(scalar.value)) return {};
  const std::string text = scalar.text();
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return number;
}

std::optional<std::string_view> on_scale(const SeveritySource& source, const Scalar& scalar) {
  if (const auto* names = std::get_if<std::map<std::string, std::string>>(&source.scale)) {
    const auto it = names->find(lower_ascii(scalar.text()));
    return it == names->end() ? std::nullopt : std::optional<std::string_view>(it->second);
  }
  const std::optional<double> number = number_of(scalar);
  std::optional<std::string_view> name;
  if (!number) return name;
  for (const auto& [bound, level] : std::get<1>(source.scale))
    if (*number >= bound) name = level;
  return name;
}

}  // namespace

std::vector<std::string> Schema::paths_of(std::string_view field_name) const {
  const auto it = fields.find(field_name);
  return it == fields.end() ? std::vector{std::string(field_name)} : it->second;
}

std::optional<Scalar> Schema::first(const Event& event, std::string_view field_name) const {
  const auto it = fields.find(field_name);
  if (it == fields.end()) return event.first(field_name);
  for (const std::string& path : it->second)
    if (const std::optional<Scalar> value = event.first(path)) return value;
  return {};
}

std::optional<std::string_view> Schema::severity_name(const Event& event) const {
  for (const SeveritySource& source : severity)
    if (const std::optional<Scalar> value = event.first(source.path))
      if (const std::optional<std::string_view> level = on_scale(source, *value)) return level;
  return {};
}

}  // namespace riposte
