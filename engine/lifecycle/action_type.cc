#include "engine/lifecycle/action_type.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <arpa/inet.h>

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
     ActionType::resume_process, "Stop a process with SIGSTOP; resume_process is its inverse"},
    {ActionType::resume_process,
     "resume_process",
     TargetKind::process,
     false,
     minutes(5),
     {},
     "Let a suspended process continue"},
    {ActionType::isolate_host, "isolate_host", TargetKind::host, true, hours(168), ActionType::unisolate_host,
     "Cut a host off the network"},
    {ActionType::unisolate_host,
     "unisolate_host",
     TargetKind::host,
     false,
     hours(168),
     {},
     "Lift an isolation"},
    {ActionType::quarantine_file,
     "quarantine_file",
     TargetKind::file,
     true,
     hours(24),
     {},
     "Move a file into the vault"},
    {ActionType::block_ip, "block_ip", TargetKind::address, true, hours(1), ActionType::unblock_ip,
     "Drop traffic from and to an address"},
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
    {ActionType::collect_forensics,
     "collect_forensics",
     TargetKind::host,
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

struct NamedKind {
  ValueKind kind;
  std::string_view name;
};
constexpr std::array<NamedKind, 8> kValueKinds{{{ValueKind::boolean, "boolean"},
                                                {ValueKind::integer, "integer"},
                                                {ValueKind::string, "string"},
                                                {ValueKind::duration, "duration"},
                                                {ValueKind::timestamp, "timestamp"},
                                                {ValueKind::ip, "ip"},
                                                {ValueKind::user_name, "user_name"},
                                                {ValueKind::path, "path"}}};

std::optional<std::string> canonical_address(const std::string& text) {
  std::array<unsigned char, 16> bytes{};
  std::array<char, INET6_ADDRSTRLEN> canonical{};
  const int family = text.find(':') == std::string::npos ? AF_INET : AF_INET6;
  if (inet_pton(family, text.c_str(), bytes.data()) != 1) return {};
  return inet_ntop(family, bytes.data(), canonical.data(), canonical.size());
}

/// The grammar of useradd(8), which also keeps options and paths out.
bool is_user_name(std::string_view text) {
  constexpr std::size_t kUserNameMax = 64;
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.' || c == '$' || c == '@' || c == '\\';
  };
  return !text.empty() && text.size() <= kUserNameMax && text.front() != '-' &&
         std::ranges::all_of(text, allowed);
}

bool is_absolute_path(std::string_view text) {
  return text.starts_with('/') && text.find('\0') == std::string_view::npos &&
         text.find("/../") == std::string_view::npos && !text.ends_with("/..");
}

std::unexpected<Error> not_a(ValueKind kind, const std::string& text) {
  return fail(Errc::invalid, "'" + text + "' is no " + std::string(name_of(kind)));
}

Result<Value> conform_integer(const Value& value, const std::string& text) {
  if (std::holds_alternative<std::int64_t>(value)) return value;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return not_a(ValueKind::integer, text);
  return Value(number);
}

}  // namespace

std::string text_of(const Value& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  return std::get<std::string>(value);
}

std::string_view name_of(ValueKind kind) { return kValueKinds[static_cast<std::size_t>(kind)].name; }

std::optional<ValueKind> parse_value_kind(std::string_view name) {
  for (const NamedKind& known : kValueKinds)
    if (known.name == name) return known.kind;
  return {};
}

Result<Value> conform(const Value& value, ValueKind kind) {
  const std::string text = text_of(value);
  switch (kind) {
    case ValueKind::boolean:
      if (text == "true") return Value(true);
      if (text == "false") return Value(false);
      return not_a(kind, text);
    case ValueKind::integer:
      return conform_integer(value, text);
    case ValueKind::string:
      return Value(text);
    case ValueKind::duration:
      return parse_duration(text) ? Result<Value>(Value(text)) : not_a(kind, text);
    case ValueKind::timestamp:
      return parse_iso8601(text) ? Result<Value>(Value(text)) : not_a(kind, text);
    case ValueKind::ip:
      if (const auto address = canonical_address(text)) return Value(*address);
      return not_a(kind, text);
    case ValueKind::user_name:
      return is_user_name(text) ? Result<Value>(Value(text)) : not_a(kind, text);
    case ValueKind::path:
      return is_absolute_path(text) ? Result<Value>(Value(text)) : not_a(kind, text);
  }
  std::unreachable();
}

const ActionTypeSpec& spec_of(ActionType type) { return kTypes[static_cast<std::size_t>(type)]; }
std::span<const ActionTypeSpec> action_types() { return kTypes; }
std::string_view name_of(ActionType type) { return spec_of(type).name; }
std::span<const std::string_view> action_type_names() { return kTypeNames; }

std::optional<ActionType> parse_action_type(std::string_view name) {
  for (const ActionTypeSpec& spec : kTypes)
    if (spec.name == name) return spec.type;
  return {};
}

std::span<const ParameterSpec> parameters_of(ActionType type) {
  static const std::vector<ParameterSpec> process{
      {"pid", ValueKind::integer, true, "number of the process on its host"},
      {"start", ValueKind::timestamp, false,
       "when the process started: tells it from a later one with the same number"}};
  static const std::vector<ParameterSpec> script{
      {"script", ValueKind::string, true, "id of a registered script"}};
  if (spec_of(type).target == TargetKind::process) return process;
  if (type == ActionType::run_script) return script;
  return {};
}

bool ActionCatalogue::can_execute(ActionType type) const {
  return std::ranges::find(executable, type) != executable.end();
}

std::span<const ParameterSpec> ActionCatalogue::parameters_of_script(const std::string& id) const {
  const auto script = scripts.find(id);
  if (script == scripts.end()) return {};
  return script->second;
}

}  // namespace riposte
