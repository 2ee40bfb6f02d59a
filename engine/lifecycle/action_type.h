/// What Riposte can be asked to do: the action types, what they need and how careful one must be with them.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/clock.h"
#include "engine/lifecycle/value.h"

namespace riposte {

enum class ActionType : std::uint8_t {
  kill_process,
  suspend_process,
  resume_process,
  isolate_host,
  unisolate_host,
  quarantine_file,
  block_ip,
  unblock_ip,
  reset_user_session,
  force_password_reset,
  collect_forensics,
  run_script,
  disable_account,
  restore_file,
};
inline constexpr std::size_t kActionTypeCount = 14;

/// What the action is aimed at. Orders on one target of one host are carried out one after the other, but for
/// those that are aimed at nothing.
enum class TargetKind : std::uint8_t { process, host, file, address, user, none };

struct ActionTypeSpec {
  ActionType type;
  std::string_view name;
  TargetKind target;
  bool destructive;                ///< default; the configuration may say otherwise
  Duration pickup_deadline;        ///< queued longer than this: failed, never run late
  std::optional<ActionType> undo;  ///< what takes it back
  std::string_view summary;        ///< one line for help texts
  Duration ttl{};                  ///< undone so long after its completion where nobody says; 0: stays
  Duration ttl_max = std::chrono::days(30);
};

const ActionTypeSpec& spec_of(ActionType type);
std::span<const ActionTypeSpec> action_types();
/// The type whose effect this one takes back, as unisolate_host that of isolate_host; nothing: it takes none
/// back.
std::optional<ActionType> taken_back_by(ActionType type);
std::string_view name_of(ActionType type);
std::optional<ActionType> parse_action_type(std::string_view name);
/// All names, for "did you mean".
std::span<const std::string_view> action_type_names();

/// The parameters that a type takes; for run_script those of the named script come on top.
std::span<const ParameterSpec> parameters_of(ActionType type);

/// What of this is carried out by this engine, and which scripts it has: known before any rule is read.
struct ActionCatalogue {
  std::vector<ActionType> executable;                         ///< types with an executor
  std::map<std::string, std::vector<ParameterSpec>> scripts;  ///< script id → its parameters
  /// Parameters of action types that no executor here keeps to. An order that has one is refused: a condition
  /// that is passed over is worse than none.
  std::set<std::string, std::less<>> not_honoured{};
  bool agents = false;  ///< orders can be carried out from agents on other hosts

  bool can_execute(ActionType type) const;
  /// Errors: invalid, with the cure.
  Result<void> may_have(ActionType type, std::string_view parameter) const;
  /// Of a script that is not there: none.
  std::span<const ParameterSpec> parameters_of_script(const std::string& id) const;
};

}  // namespace riposte
