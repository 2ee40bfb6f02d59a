#include "rules/event/schema.h"

#include <algorithm>
#include <charconv>

#include "engine/base/ascii.h"

namespace riposte {
namespace {

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

/// The way to `name` inside a container.
FieldWay way_into(const FieldContainer& container, std::string_view name) {
  std::string key(name);
  if (container.keys == FieldContainer::Keys::lower_first && !key.empty())
    key.replace(0, 1, lower_ascii(key.substr(0, 1)));
  if (container.keys != FieldContainer::Keys::without_blanks) return plain_way(container.path + "." + key);
  FieldWay way = plain_way(key);
  way.container = container.path;
  return way;
}

bool has_shape(const Schema& schema, const Event& event) {
  return schema.detect.empty() ||
         std::ranges::any_of(schema.detect,
                             [&](const std::vector<FieldTest>& tests) { return all_hold(tests, event); });
}

}  // namespace

const std::vector<std::string_view> kCanonicalFields{
    field::kDetectionId,
    field::kTime,
    field::kRuleId,
    field::kRuleName,
    field::kHostId,
    field::kHostName,
    "host.boot.id",
    "process.pid",
    "process.start",
    "process.entity_id",
    "process.name",
    "process.executable",
    "process.command_line",
    "process.parent.pid",
    "process.parent.name",
    "process.parent.executable",
    "process.parent.command_line",
    "process.parent.hash.sha256",
    "user.name",
    "user.domain",
    "user.id",
    "source.ip",
    "source.port",
    "destination.ip",
    "destination.port",
    "file.path",
    "file.inode",
    "file.hash.md5",
    "file.hash.sha1",
    "file.hash.sha256",
    "process.hash.md5",
    "process.hash.sha1",
    "process.hash.sha256",
    "registry.path",
    field::kContainerId,
};

std::optional<Event> Schema::recognise(const Event& event) const {
  if (has_shape(*this, event)) return event;
  for (const std::string& path : body)
    for (const Event& inner : event.objects(path))
      if (has_shape(*this, inner)) return inner;
  return {};
}

FieldLookup Schema::lookup_of(std::string_view field_name) const {
  if (const auto it = fields.find(field_name); it != fields.end()) return it->second;
  FieldLookup lookup{{plain_way(field_name)}, {}};
  for (const FieldContainer& container : elsewhere) lookup.ways.push_back(way_into(container, field_name));
  return lookup;
}

std::optional<Scalar> Schema::first(const Event& event, std::string_view field_name) const {
  FieldValues values;
  const auto mapped = fields.find(field_name);
  if (mapped != fields.end())
    mapped->second.collect(event, values);
  else
    lookup_of(field_name).collect(event, values);
  for (const Scalar& scalar : values.scalars)
    if (!scalar.is_null()) return scalar;
  return {};
}

std::optional<std::string_view> Schema::severity_name(const Event& event) const {
  for (const SeveritySource& source : severity)
    if (const std::optional<Scalar> value = event.first(source.path))
      if (const std::optional<std::string_view> level = on_scale(source, *value)) return level;
  return {};
}

}  // namespace riposte
