/// A response action: the rendered order, and the same with its life.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/ids.h"
#include "engine/lifecycle/execute_from.h"
#include "engine/lifecycle/severity.h"
#include "engine/lifecycle/state.h"

namespace riposte {

/// Who brought something about.
struct Actor {
  enum class Kind : std::uint8_t { person, rule, engine };
  Kind kind = Kind::engine;
  std::string name;  ///< a person's name, a rule's id, or empty

  bool operator==(const Actor&) const = default;
};
std::string_view name_of(Actor::Kind kind);

/// What made the action: a detection and a rule, or a person's submission.
struct Cause {
  StreamId stream;  ///< empty for a submission
  Offset offset;
  std::string event_uid;  ///< the detection's own id, else "stream@offset"; for a submission its request id
  std::string event_digest;  ///< hexadecimal digest of the event's bytes
  RuleId rule;
  std::string rule_title;
  std::string rule_digest;  ///< which version of the rule
  std::string template_name;

  bool operator==(const Cause&) const = default;
};

/// What an executor found out or needs to remember: "start_ticks" → "8812345". Shown, stored, never parsed by
/// the core.
using Evidence = std::map<std::string, std::string>;

/// Its place among the ordered actions of one response to one event.
struct ChainPlace {
  ActionId after;              ///< begins only when that one has completed; empty: waits for nobody
  std::uint32_t position = 0;  ///< counted from 1; 0: it belongs to no chain
  std::uint32_t length = 0;

  bool operator==(const ChainPlace&) const = default;
};

/// Further matches with the same key make no action for so long.
struct CooldownTerms {
  std::string key;  ///< empty: there is no cooldown
  Duration length{};

  bool operator==(const CooldownTerms&) const = default;
};

/// The rendered order. Rendered once, stored, never rendered again.
struct ActionRequest {
  ActionId id;
  Partition partition;
  ActionType type = ActionType::run_script;
  std::string host;    ///< the host it is meant for, as the event or the person named it
  std::string target;  ///< canonical: "process 4711", "script notify"
  Parameters
      parameters;  ///< for a process: "pid", "start" (RFC 3339, if known); for a script: "script" and its own
  WallTime not_after;  ///< the target existed by then: time of the event or of the submission
  Severity severity = Severity::informational;
  std::string comment;
  Cause cause;
  Actor submitter;
  std::vector<std::string> authors;  ///< of the rule and of the response: they never approve
  Duration verify_after{};
  Duration pickup_deadline{};
  std::string defect;  ///< why it cannot be carried out as rendered ("the event has no field 'process.pid'")
  ChainPlace chain;
  CooldownTerms cooldown;
  Duration ttl{};        ///< undone so long after its completion; 0: stays
  bool dry_run = false;  ///< recorded as what would have happened; never dispatched
  ActionId undoes;       ///< of an undo: what it takes back
  std::string host_id;   ///< the same host by its id, where the event has both a name and an id
  ExecuteFrom execute_from;

  bool operator==(const ActionRequest&) const = default;
};

struct Action : ActionRequest {
  State state = State::queued;
  Verification verification = Verification::none;
  Reason reason = Reason::none;
  Ground ground = Ground::manual;
  bool in_doubt = false;           ///< whether it ran cannot be known; stays where it is called off so
  std::uint32_t attempt = 0;       ///< how often it was handed to an executor
  std::uint32_t checks = 0;        ///< how often verification gave no answer
  std::optional<WallTime> due_at;  ///< when time itself moves it on
  WallTime created_at;
  WallTime updated_at;
  std::string approver;
  std::string detail;  ///< the last word of whoever moved it, for people
  Evidence evidence;
  bool held = false;                 ///< the action before it in its chain has not completed yet
  std::optional<WallTime> undo_due;  ///< what it did is to be undone then
  ActionId undone_by;                ///< the order that takes it back, or the action whose own undo will
  ActionId failed_undo;              ///< the last order of a person to take it back that came to nothing
  std::uint64_t swallowed = 0;       ///< matches that its cooldown made no action of; see kSwallowedLag

  bool operator==(const Action&) const = default;
};

/// Nothing will ever move it again.
bool is_closed(const Action& action);

/// Executing, and whether it ran cannot be known.
bool stands_in_doubt(const Action& action);

/// Its ttl will still take back what it did.
bool awaits_undo(const Action& action);

/// Shared prefix of every id's pre-image: a change of what is hashed changes it.
inline constexpr std::string_view kActionIdDomain = "riposte-action-1";

/// The same detection, rule, template and target always give the same id, on any instance, in any run.
ActionId derive_action_id(std::string_view event_uid, const RuleId& rule, std::string_view template_name,
                          std::string_view host, std::string_view target);

/// Hexadecimal BLAKE2b-128 digest of some bytes.
std::string digest_of(std::string_view bytes);

/// The same of a list: no two lists have the same, however their parts are cut.
std::string digest_of_parts(std::span<const std::string_view> parts);

inline constexpr Duration kVerifyAfterDefault = std::chrono::seconds(60);

}  // namespace riposte
