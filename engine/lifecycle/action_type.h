/// What Riposte can be asked to do: the action types, what they need and how careful one must be with them.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/error.h"

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
};
inline constexpr std::size_t kActionTypeCount = 13;

/// A parameter's value. Numbers stay exact 64-bit integers.
using Value = std::variant<bool, std::int64_t, std::string>;
using Parameters = std::map<std::string, Value>;

/// "true", "4711" or the text itself.
std::string text_of(const Value& value);

enum class ValueKind : std::uint8_t { boolean, integer, string, duration, timestamp, ip, user_name, path };

std::string_view name_of(ValueKind kind);
std::optional<ValueKind> parse_value_kind(std::string_view name);

struct ParameterSpec {
  std::string name;
  ValueKind kind = ValueKind::string;
  bool required = false;
  std::string help;
};

/// The value as `kind` wants it ("4711" becomes a number), or why it cannot be one.
/// Units: a duration stays text ("5s"); a timestamp is RFC 3339 text; an address is canonical text.
/// Errors: invalid.
Result<Value> conform(const Value& value, ValueKind kind);

/// How a rule or a person names what the action is aimed at.
enum class TargetKind : std::uint8_t { process, host, file, address, user, none };

struct ActionTypeSpec {
  ActionType type;
  std::string_view name;
  TargetKind target;
  bool destructive;                ///< default; the configuration may say otherwise
  Duration pickup_deadline;        ///< queued longer than this: failed, never run late
  std::optional<ActionType> undo;  ///< what takes it back, with the same parameters
  std::string_view summary;        ///< one line for help texts
};

const ActionTypeSpec& spec_of(ActionType type);
std::span<const ActionTypeSpec> action_types();
std::string_view name_of(ActionType type);
std::optional<ActionType> parse_action_type(std::string_view name);
/// All names, for "did you mean".
std::span<const std::string_view> action_type_names();

/// The parameters that a type takes besides its target; for run_script those of the named script come on top.
std::span<const ParameterSpec> parameters_of(ActionType type);

/// Where a process-directed action finds its process when the template does not say: canonical field names.
inline constexpr std::string_view kProcessPidField = "process.pid";
inline constexpr std::string_view kProcessStartField = "process.start";

/// What of this is carried out by this engine, and which scripts it has: known before any rule is read.
struct ActionCatalogue {
  std::vector<ActionType> executable;                         ///< types with an executor
  std::map<std::string, std::vector<ParameterSpec>> scripts;  ///< script id → its parameters

  bool can_execute(ActionType type) const;
  /// Of a script that is not there: none.
  std::span<const ParameterSpec> parameters_of_script(const std::string& id) const;
};

}  // namespace riposte
