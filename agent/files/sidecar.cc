#include "agent/files/sidecar.h"

#include <algorithm>
#include <limits>

#include <nlohmann/json.hpp>

#include "engine/base/hex.h"
#include "engine/base/printable.h"

namespace riposte::files {
namespace {

using Json = nlohmann::json;

constexpr std::uint32_t kNanosecondsOfASecond = 1'000'000'000;

/// Thrown and caught in this file: the reader stops at the first thing that is not as it should be.
struct Unreadable {
  std::string what;
};

Json json_of(const Stamp& stamp) { return Json::array({stamp.seconds, stamp.nanoseconds}); }

Json json_of(const FileFacts& facts) {
  Json json{{"device", facts.id.device},
            {"inode", facts.id.inode},
            {"type", facts.type},
            {"mode", facts.mode},
            {"uid", facts.uid},
            {"gid", facts.gid},
            {"links", facts.links},
            {"size", facts.size},
            {"accessed", json_of(facts.accessed)},
            {"modified", json_of(facts.modified)},
            {"changed", json_of(facts.changed)},
            {"mount", facts.mount}};
  if (facts.born) json["born"] = json_of(*facts.born);
  return json;
}

Json json_of(const Attributes& attributes) {
  Json json = Json::array();
  for (const auto& [name, value] : attributes)
    json.push_back({{"name", printable(name)}, {"name_hex", to_hex(name)}, {"value_hex", to_hex(value)}});
  return json;
}

Json json_of(const Content& content) {
  Json extents = Json::array();
  for (const Extent& extent : content.extents) extents.push_back({extent.offset, extent.length});
  return {{"size", content.size}, {"sha256", content.sha256}, {"extents", std::move(extents)}};
}

template <class Number>
Number number_in(const Json& json) {
  if (!json.is_number_integer()) throw Unreadable{"a number is missing"};
  if (json.is_number_unsigned()
          ? json.get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<Number>::max())
          : std::is_unsigned_v<Number>)
    throw Unreadable{"a number is out of range"};
  return json.get<Number>();
}

template <class Number>
Number number(const Json& json, const char* name) {
  return number_in<Number>(json.at(name));
}

std::string bytes(const Json& json, const char* name) {
  auto bytes = from_hex(json.at(name).get_ref<const std::string&>());
  if (!bytes) throw Unreadable{std::string(name) + " is not hexadecimal"};
  return std::move(*bytes);
}

Stamp stamp(const Json& json) {
  const Stamp stamp{.seconds = number_in<std::int64_t>(json.at(0)),
                    .nanoseconds = number_in<std::uint32_t>(json.at(1))};
  if (stamp.nanoseconds >= kNanosecondsOfASecond) throw Unreadable{"a time has too many nanoseconds"};
  return stamp;
}

FileFacts facts(const Json& json) {
  FileFacts facts{
      .id = {.device = number<std::uint64_t>(json, "device"), .inode = number<std::uint64_t>(json, "inode")},
      .type = number<std::uint32_t>(json, "type"),
      .mode = number<std::uint32_t>(json, "mode"),
      .uid = number<std::uint32_t>(json, "uid"),
      .gid = number<std::uint32_t>(json, "gid"),
      .links = number<std::uint32_t>(json, "links"),
      .size = number<std::uint64_t>(json, "size"),
      .accessed = stamp(json.at("accessed")),
      .modified = stamp(json.at("modified")),
      .changed = stamp(json.at("changed")),
      .mount = number<std::uint64_t>(json, "mount")};
  if (json.contains("born")) facts.born = stamp(json.at("born"));
  return facts;
}

Attributes attributes(const Json& json) {
  Attributes attributes;
  for (const Json& entry : json) {
    std::string name = bytes(entry, "name_hex");
    // The kernel takes a name up to its first zero: another attribute than the one that is written here.
    if (name.empty() || name.find('\0') != std::string::npos) throw Unreadable{"an attribute has no name"};
    attributes[std::move(name)] = bytes(entry, "value_hex");
  }
  return attributes;
}

Content content(const Json& json) {
  Content content{.size = number<std::uint64_t>(json, "size"),
                  .sha256 = json.at("sha256").get<std::string>()};
  std::uint64_t end = 0;
  for (const Json& entry : json.at("extents")) {
    const Extent extent{.offset = number_in<std::uint64_t>(entry.at(0)),
                        .length = number_in<std::uint64_t>(entry.at(1))};
    if (extent.offset < end || extent.offset > content.size || extent.length > content.size - extent.offset)
      throw Unreadable{"its extents overlap or leave the file"};
    end = extent.offset + extent.length;
    content.extents.push_back(extent);
  }
  return content;
}

Key key(const Json& json) {
  const std::string text = bytes(json, "key");
  Key key{};
  if (text.size() != key.size()) throw Unreadable{"its key has another length"};
  std::ranges::copy(text, key.begin());
  return key;
}

std::string path(const Json& json) {
  std::string path = bytes(json, "path_hex");
  if (!path.starts_with('/') || path.ends_with('/') || path.find('\0') != std::string::npos)
    throw Unreadable{"its path is none"};
  return path;
}

bool nameless(const Json& json) {
  const int version = number<int>(json, "version");
  if (version != kSidecarVersion && version != kNamelessVersion) throw Unreadable{"it has another version"};
  const bool nameless = json.contains("nameless") && json.at("nameless").get<bool>();
  if (nameless != (version == kNamelessVersion)) throw Unreadable{"its version does not fit 'nameless'"};
  return nameless;
}

std::optional<WallTime> taken_at(const Json& json) {
  if (!json.contains("taken_at")) return {};
  const auto time = parse_iso8601(json.at("taken_at").get_ref<const std::string&>());
  if (!time) throw Unreadable{"taken_at is no time"};
  return time;
}

Sidecar read(const Json& json) {
  return {.action = json.at("action").get<std::string>(),
          .path = path(json),
          .nameless = nameless(json),
          .taken_at = taken_at(json),
          .facts = facts(json.at("file")),
          .attributes = attributes(json.at("attributes")),
          .content = content(json.at("content")),
          .key = key(json)};
}

}  // namespace

std::string encode_sidecar(const Sidecar& sidecar) {
  Json json{{"version", sidecar.nameless ? kNamelessVersion : kSidecarVersion},
            {"action", sidecar.action},
            {"path", printable(sidecar.path)},
            {"path_hex", to_hex(sidecar.path)},
            {"file", json_of(sidecar.facts)},
            {"attributes", json_of(sidecar.attributes)},
            {"content", json_of(sidecar.content)},
            {"key", to_hex({reinterpret_cast<const char*>(sidecar.key.data()), sidecar.key.size()})}};
  if (sidecar.nameless) json["nameless"] = true;
  if (sidecar.taken_at) json["taken_at"] = iso8601(*sidecar.taken_at);
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<Sidecar> decode_sidecar(std::string_view text) {
  try {
    return read(Json::parse(text));
  } catch (const Json::exception& error) {
    return fail(Errc::corrupt, error.what());
  } catch (const Unreadable& error) {
    return fail(Errc::corrupt, error.what);
  }
}

}  // namespace riposte::files
