#include "engine/lifecycle/action_type.h"

#include <algorithm>

namespace riposte {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

// Deadlines: a process is soon another one, a host or an account stays what it is.
constexpr std::array<ActionTypeSpec, kActionTypeCount> kTypes{{
    {ActionType::kill_process,
     "kill_process",
     TargetKind::process,
     true,
     minutes(5),
     {},
     "End a process with SIGKILL"},
    {ActionType::suspend_process, "suspend_process", TargetKind::process, true, minutes(5),
     ActionType::resume_process, "Stop a process with SIGSTOP; resume_process is its inverse", minutes(30)},
    {ActionType::resume_process,
     "resume_process",
     TargetKind::process,
     false,
     minutes(5),
     {},
     "Let a suspended process continue"},
    {ActionType::isolate_host, "isolate_host", TargetKind::host, true, hours(168), ActionType::unisolate_host,
     "Cut a host off the network", hours(24), hours(168)},
    {ActionType::unisolate_host,
     "unisolate_host",
     TargetKind::host,
     false,
     hours(168),
     {},
     "Lift an isolation"},
    {ActionType::quarantine_file, "quarantine_file", TargetKind::file, true, hours(24),
     ActionType::restore_file, "Move a file into the vault"},
    {ActionType::block_ip, "block_ip", TargetKind::address, true, hours(1), ActionType::unblock_ip,
     "Drop traffic from and to an address", hours(4)},
    {ActionType::unblock_ip, "unblock_ip", TargetKind::address, false, hours(24), {}, "Lift a block"},
    {ActionType::reset_user_session,
     "reset_user_session",
     TargetKind::user,
     true,
     minutes(15),
     {},
     "End every session of a user"},
    {ActionType::force_password_reset,
     "force_password_reset",
     TargetKind::user,
     true,
     hours(24),
     {},
     "Make a user choose a new password"},
    // It changes nothing on the host, and an isolation must not wait behind it.
    {ActionType::collect_forensics,
     "collect_forensics",
     TargetKind::none,
     false,
     hours(168),
     {},
     "Collect evidence from a host"},
    {ActionType::run_script, "run_script", TargetKind::none, true, hours(24), {}, "Run a registered script"},
    {ActionType::disable_account,
     "disable_account",
     TargetKind::user,
     true,
     hours(24),
     {},
     "Lock a user's account"},
    {ActionType::restore_file,
     "restore_file",
     TargetKind::file,
     true,
     hours(24),
     {},
     "Put a file back from the vault"},
}};

constexpr auto kTypeNames = [] {
  std::array<std::string_view, kActionTypeCount> names;
  for (std::size_t i = 0; i < kActionTypeCount; ++i) names[i] = kTypes[i].name;
  return names;
}();

static_assert(
    [] {
      for (std::size_t i = 0; i < kActionTypeCount; ++i)
        if (static_cast<std::size_t>(kTypes[i].type) != i) return false;
      return true;
    }(),
    "the table is in the order of the enumeration");

}  // namespace

const ActionTypeSpec& spec_of(ActionType type) { return kTypes[static_cast<std::size_t>(type)]; }
std::span<const ActionTypeSpec> action_types() { return kTypes; }

std::optional<ActionType> taken_back_by(ActionType type) {
  const auto taken_back = std::ranges::find(kTypes, type, &ActionTypeSpec::undo);
  if (taken_back == kTypes.end()) return {};
  return taken_back->type;
}
std::string_view name_of(ActionType type) { return spec_of(type).name; }
std::span<const std::string_view> action_type_names() { return kTypeNames; }

std::optional<ActionType> parse_action_type(std::string_view name) {
  for (const ActionTypeSpec& spec : kTypes)
    if (spec.name == name) return spec.type;
  return {};
}

bool ActionCatalogue::can_execute(ActionType type) const {
  return std::ranges::find(executable, type) != executable.end();
}

Result<void> ActionCatalogue::may_have(ActionType type, std::string_view parameter) const {
  const bool passed_over = type != ActionType::run_script && not_honoured.contains(parameter);
  if (!passed_over) return {};
  return fail(Errc::invalid, "nothing here keeps to parameter '" + std::string(parameter) + "' of " +
                                 std::string(name_of(type)) + "; leave it out");
}

std::span<const ParameterSpec> ActionCatalogue::parameters_of_script(const std::string& id) const {
  const auto script = scripts.find(id);
  if (script == scripts.end()) return {};
  return script->second;
}

}  // namespace riposte
