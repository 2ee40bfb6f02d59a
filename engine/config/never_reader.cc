// What is never contained: an entry is the thing itself, or a map of it with a reason and an end.
#include <functional>
#include <span>

#include "engine/config/sections.h"
#include "engine/lifecycle/value.h"

namespace riposte::config {
namespace {

/// A list, or what would be its only item.
std::span<const yaml::Node> items_of(const yaml::Node& node) {
  return node.is_sequence() ? std::span<const yaml::Node>(node.items) : std::span(&node, 1);
}

/// What stands under one key of the section. `noun`: the key of the thing where an entry is a map.
class Entries {
 public:
  Entries(MapReader& section, std::string key, std::string noun)
      : section_(section), key_(std::move(key)), noun_(std::move(noun)) {}

  /// `read`: the thing of a text; its error is said at the entry.
  template <typename Thing>
  void read_into(std::vector<Spared<Thing>>& into,
                 const std::function<Result<Thing>(const std::string&)>& read) {
    const yaml::Node* list = section_.find(key_);
    if (list == nullptr || list->is_null()) return;
    for (const yaml::Node& item : items_of(*list)) {
      const auto written = read_entry(item);
      if (!written) continue;
      if (auto thing = read(written->what))
        into.push_back({*std::move(thing), written->reason, written->until});
      else
        section_.diagnostics().error(item, thing.error().what);
    }
  }

 private:
  std::optional<Spared<std::string>> read_entry(const yaml::Node& item) {
    const std::string what = section_.what() + "." + key_;
    if (!item.is_map()) {
      const auto text = scalar_text(item, what, section_.diagnostics());
      return text ? std::optional(Spared<std::string>{*text}) : std::nullopt;
    }
    MapReader map(item, what, section_.diagnostics());
    const auto thing = map.required_text(noun_);
    Spared<std::string> entry{thing.value_or(""), map.text("reason").value_or("")};
    if (const auto until = map.text("until")) {
      entry.until = parse_iso8601(*until);
      if (!entry.until)
        section_.diagnostics().error(
            *map.find("until"), "'" + *until + "' is no time; write it with its zone: 2026-12-31T00:00:00Z");
    }
    map.finish();
    return thing ? std::optional(entry) : std::nullopt;
  }

  MapReader& section_;
  std::string key_;
  std::string noun_;
};

Result<std::string> host_name(const std::string& text) {
  if (text.empty()) return fail(Errc::invalid, "a host has a name");
  return text;
}

Result<std::string> absolute_path(const std::string& text) {
  const auto path = conform(text, ValueKind::path);
  if (!path) return fail(Errc::invalid, path.error().what + "; write it from the root: /srv/data");
  return text;
}

Result<IpNetwork> network(const std::string& text) {
  auto network = parse_network(text);
  if (!network) return fail(Errc::invalid, network.error());
  return *std::move(network);
}

}  // namespace

void read_never(MapReader& policy, NeverTargets& into) {
  auto section = policy.map("never");
  if (!section) return;
  Entries(*section, "addresses", "address").read_into<IpNetwork>(into.addresses, network);
  Entries(*section, "hosts", "host").read_into<std::string>(into.hosts, host_name);
  Entries(*section, "paths", "path").read_into<std::string>(into.paths, absolute_path);
  Entries(*section, "programs", "program").read_into<std::string>(into.programs, absolute_path);
  section->finish();
}

}  // namespace riposte::config
