/// What people may ask about the hosts that carry orders out: who they are, who may join, who is sent away.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/access/access.h"
#include "engine/base/clock.h"
#include "engine/lifecycle/action.h"

namespace riposte {

struct AgentRow {
  std::string machine_id;
  std::uint64_t enrolment = 0;
  std::string name;
  std::vector<std::string> aliases;
  WallTime enrolled_at;
  std::optional<WallTime> revoked_at;
  std::string revoked_by;
  std::string comment;
  bool connected = false;
  std::optional<WallTime> since;  ///< it came, or went; nothing: not seen since the engine started
  std::uint64_t orders_under_way = 0;
  bool journal_went_back = false;  ///< its journal was lost or put back since the engine started
  Duration clock_ahead{};          ///< of the engine's, when it came
};

/// Lets one host join, once.
struct JoinToken {
  std::string token;  ///< told once, here
  std::string name;   ///< of the agent
  WallTime expires_at;
};

/// A signed order that somebody carries to a host which cannot be reached; the host's own guards still hold.
struct CarriedOrder {
  ActionId action;
  std::string order;  ///< hexadecimal digits, as "riposte-agent-hands apply" takes them
  std::string agent;
  std::string machine_id;
  WallTime expires_at;
};

/// Threads: any. Every call is authorised here: list() takes `read`, carry() `approve` for the action's type,
/// the others take `admin`.
/// Errors:  denied, invalid, not_found, conflict (revoked already, or a name that two bear), unavailable.
class Fleet {
 public:
  virtual ~Fleet() = default;
  virtual Result<std::vector<AgentRow>> list(const Principal& who) = 0;
  virtual Result<JoinToken> invite(const Principal& who, const std::string& name, Duration life) = 0;
  /// `agent`: its machine id, or a name that no other bears. It is cut off at once.
  virtual Result<AgentRow> revoke(const Principal& who, const std::string& agent,
                                  const std::string& comment) = 0;
  /// Of an action that waits for its host and takes something back. It stays in the queue: a host that has
  /// carried it out already answers so. Errors: not_found; conflict (it waits for no host any more, or not
  /// yet); invalid (it is of a type that does something to a host).
  virtual Result<CarriedOrder> carry(const Principal& who, const ActionId& action) = 0;
};

inline constexpr Duration kJoinTokenLife = std::chrono::hours(1);

}  // namespace riposte
