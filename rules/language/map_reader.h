/// Reads one YAML map key by key into typed values and reports everything that is wrong with it.
///
/// Every key that is asked for counts as known; finish() reports the rest, with "did you mean". A value of
/// the wrong type is an error at its place and reads as absent, so that one run finds every mistake.
///
///     MapReader map(node, "server", diagnostics);
///     settings.port = map.integer("port", 1, 65535).value_or(kPortDefault);
///     settings.name = map.required_text("name").value_or("");
///     if (auto tls = map.map("tls")) { …; tls->finish(); }
///     map.finish();
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/clock.h"
#include "rules/language/yaml.h"

namespace riposte {

class MapReader {
 public:
  /// `what`: the map's name in messages ("kafka", "response 2"). A node that is no map is an error; null
  /// reads as an empty map. `node` and `diagnostics` must outlive the reader.
  MapReader(const yaml::Node& node, std::string what, Diagnostics& diagnostics);

  bool has(std::string_view key) { return find(key) != nullptr; }
  /// The raw node; nullptr when the key is absent.
  const yaml::Node* find(std::string_view key);
  /// The same; absence is an error at the map.
  const yaml::Node* required(std::string_view key);

  /// Any scalar as it was written.
  std::optional<std::string> text(std::string_view key);
  /// Absence and empty text are errors.
  std::optional<std::string> required_text(std::string_view key);
  std::optional<bool> boolean(std::string_view key);
  std::optional<std::int64_t> integer(std::string_view key,
                                      std::int64_t minimum = std::numeric_limits<std::int64_t>::min(),
                                      std::int64_t maximum = std::numeric_limits<std::int64_t>::max());
  /// "90s", "5m", "36h", "7d", "250ms".
  std::optional<Duration> duration(std::string_view key);
  /// One of `names`; else an error with the nearest.
  std::optional<std::string> one_of(std::string_view key, std::span<const std::string_view> names);
  /// A list of scalars; a single scalar reads as a list of one. Absent: empty.
  std::vector<std::string> texts(std::string_view key);
  /// A map inside this one, named "what.key" ("key" when `what` is more than one word).
  std::optional<MapReader> map(std::string_view key);
  /// A list of any nodes. Absent: empty.
  std::span<const yaml::Node> list(std::string_view key);
  /// All entries, and all of them count as known: for maps whose keys are the user's own names.
  std::span<const yaml::Entry> entries();

  /// Reports the keys nobody asked for.
  void finish();
  /// The same for maps that may hold keys of their author's own: only what looks like a misspelt known key is
  /// an error.
  void finish_open();

  const yaml::Node& node() const { return node_; }
  const std::string& what() const { return what_; }
  Diagnostics& diagnostics() { return diagnostics_; }

 private:
  void wrong_type(const yaml::Node& found, std::string_view key, std::string_view wanted);

  const yaml::Node& node_;
  std::string what_;
  Diagnostics& diagnostics_;
  std::set<std::string, std::less<>> known_;
};

/// Any scalar as it was written, else an error that begins with `what`.
std::optional<std::string> scalar_text(const yaml::Node& node, std::string_view what,
                                       Diagnostics& diagnostics);

}  // namespace riposte
