/// Everything about a file in the vault that is not its content: what it takes to put it back as it was.
///
/// Layout: JSON, described in docs/vault.md. Paths, names and values of attributes are bytes and stand there
/// in
///         hexadecimal; the readable path beside them is for people alone.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agent/files/attributes.h"
#include "agent/files/content.h"
#include "agent/files/facts.h"
#include "engine/base/clock.h"

namespace riposte::files {

inline constexpr int kSidecarVersion = 1;
/// Of what had no name: whoever knows version 1 alone must not put it back at its "path".
inline constexpr int kNamelessVersion = 2;

struct Sidecar {
  std::string action;
  std::string path;
  bool nameless = false;  ///< `path` is what the kernel showed; there was no file to remove
  std::optional<WallTime>
      taken_at{};   ///< it left its place then; none in an entry that is older than this field
  FileFacts facts;  ///< before it was taken in; links counts the names that it had
  Attributes attributes;
  Content content;
  Key key{};

  bool operator==(const Sidecar&) const = default;
};

std::string encode_sidecar(const Sidecar& sidecar);
/// Errors: corrupt.
Result<Sidecar> decode_sidecar(std::string_view text);

}  // namespace riposte::files
