/// Request bodies, read strictly: what is not understood is refused by name, never ignored.
///
/// Errors: invalid, naming the key and what would be right.
#pragma once

#include <string>
#include <string_view>

#include "engine/ports/control.h"
#include "engine/ports/fleet.h"

namespace riposte::http {

/// {"type": "kill_process", "host": "web-1", "parameters": {"pid": 4711}, "comment": "…", "request_id": "…"}
Result<Submission> read_submission(std::string_view body);

/// {"rule": "…", "from": "2026-03-01T12:00:00Z", "to": "…", "host": "web-1", "type": "block_ip", "comment":
/// "…",
///  "preview": true}; or instead of `preview` the `digest` of one.
struct UndoWish {
  UndoRange range;
  std::string comment;
  std::string digest;  ///< empty: a preview is wanted
};
Result<UndoWish> read_undo(std::string_view body);

/// {"name": "web01", "valid": "1h"}
struct Invitation {
  std::string name;
  Duration life = kJoinTokenLife;
};
Result<Invitation> read_invitation(std::string_view body);

/// {"comment": "…"}, or nothing at all.
Result<std::string> read_comment(std::string_view body);

/// A comment or another free text longer than this is refused, in bytes: it is stored with every record.
inline constexpr std::size_t kTextBytesMax = 4096;

}  // namespace riposte::http
