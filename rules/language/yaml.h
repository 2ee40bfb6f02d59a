/// A YAML document as a small marked tree: every scalar as it was written, every node with its place.
///
/// Limits:  no anchors, aliases, tags or merge keys; keys are scalars and unique in
/// their map;
///          size, depth and number of nodes are bounded. Everything refused is a diagnostic with its place.
/// Nothing is typed here: `yes`, `0777` and `00000429` stay text until a reader asks for a type (YAML 1.2
/// core schema).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/error.h"
#include "rules/language/diagnostic.h"

namespace riposte::yaml {

/// No sane rule, schema, manifest or configuration comes near; a bomb does.
inline constexpr std::size_t kBytesMax = std::size_t{1} << 20;
inline constexpr std::size_t kDepthMax = 64;
inline constexpr std::size_t kNodesMax = 100'000;

struct Entry;

struct Node {
  enum class Kind : std::uint8_t { null, scalar, sequence, map };
  Kind kind = Kind::null;      ///< null: nothing written, `~`, or a plain `null`
  bool quoted = false;         ///< quoted or a block scalar: text, whatever it looks like
  std::string text;            ///< of a scalar
  std::vector<Node> items;     ///< of a sequence
  std::vector<Entry> entries;  ///< of a map, in the order of the file
  int line = 1;
  int column = 1;

  bool is_null() const { return kind == Kind::null; }
  bool is_scalar() const { return kind == Kind::scalar; }
  bool is_sequence() const { return kind == Kind::sequence; }
  bool is_map() const { return kind == Kind::map; }
  /// Of a map; nullptr when there is no such key.
  const Entry* find(std::string_view key) const;
};

struct Entry {
  std::string key;
  Node value;
  int line = 1;  ///< of the key
  int column = 1;
};

/// All documents in `bytes`, which share one budget. Empty when they cannot be read; `diagnostics` then says
/// why.
std::optional<std::vector<Node>> parse_documents(std::string_view bytes, Diagnostics& diagnostics);

/// The only document in `bytes`. Empty when it cannot be read; `diagnostics` then says why. An empty document
/// is a null node.
std::optional<Node> parse(std::string_view bytes, Diagnostics& diagnostics);

/// The bytes of a regular file, at most kBytesMax of them.
/// Errors: not_found, invalid (not a regular file, too large), unavailable (cannot be read).
Result<std::string> read_file(const std::string& path);

/// What a plain scalar means under the YAML 1.2 core schema; empty when it is not one (or is quoted).
/// A number with a leading zero stays text.
std::optional<bool> as_boolean(const Node& node);
std::optional<std::int64_t> as_integer(const Node& node);

/// A sign and digits without a leading zero.
bool is_decimal(std::string_view text);

/// "a map", "a list", "nothing", "'text'": for messages that say what was found instead.
std::string describe(const Node& node);

}  // namespace riposte::yaml
