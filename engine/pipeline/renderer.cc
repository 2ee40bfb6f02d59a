#include "engine/pipeline/renderer.h"

#include <algorithm>

#include "engine/lifecycle/target.h"
#include "engine/pipeline/guards.h"
#include "rules/matching/rule_set.h"

namespace riposte {
namespace {

std::string text_of_field(const Detected& detected, std::string_view field) {
  const auto value = detected.schema.first(detected.event, field);
  return value ? value->text() : "";
}

/// A comment is read by people, and every open action is held in memory.
constexpr std::size_t kCommentBytesMax = 4096;
/// A parameter is passed on whole or not at all.
constexpr std::size_t kParameterBytesMax = std::size_t{16} * 1024;

/// At most `bytes_max` of it, never half a UTF-8 character, and it shows that something is missing.
std::string cut(std::string text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  while (bytes_max > 0 && (static_cast<unsigned char>(text[bytes_max]) & 0xC0U) == 0x80U) --bytes_max;
  text.resize(bytes_max);
  return text + "… (cut)";
}

/// A comment is for people: what the event lacks is said, and stops nothing.
std::string render_text(const Detected& detected, const TextTemplate& text) {
  std::string rendered;
  for (const TextTemplate::Piece& piece : text.pieces) {
    if (!piece.is_field) {
      rendered += piece.text;
    } else if (const auto value = detected.schema.first(detected.event, piece.text)) {
      rendered += value->text();
    } else {
      rendered += "(no " + piece.text + ")";
    }
  }
  return cut(std::move(rendered), kCommentBytesMax);
}

/// "process.parent" of "process.parent.pid"; nothing when the field is called otherwise.
std::string owner_of_field(const std::string& field, std::string_view last) {
  return field.ends_with(last) ? field.substr(0, field.size() - last.size()) : "";
}

/// Fills an order field by field and remembers the first thing that is missing.
class Order {
 public:
  Order(const Detected& detected, std::span<const ParameterSpec> script_parameters, ActionRequest& request)
      : detected_(detected), script_parameters_(script_parameters), request_(request) {}

  void lack(std::string what) {
    if (request_.defect.empty()) request_.defect = cut(std::move(what), kCommentBytesMax);
  }

  void set(const std::string& name, const Value& value) {
    if (text_of(value).size() > kParameterBytesMax)
      return lack("parameter '" + name + "' is longer than " + std::to_string(kParameterBytesMax) + " bytes");
    const auto conformed = conform(value, spec_named(name));
    if (conformed)
      request_.parameters[name] = *conformed;
    else
      lack("parameter '" + name + "': " + conformed.error().what);
  }

  void set(const std::string& name, const ParameterSource& source) {
    if (source.field.empty()) return set(name, source.value.value_or(Value("")));
    if (const auto found = detected_.schema.first(detected_.event, source.field))
      return set(name, Value(found->text()));
    if (source.value) return set(name, *source.value);
    lack("the event has no field '" + source.field + "' for parameter '" + name + "'");
  }

  /// `field`: names the target; empty: the canonical one of its kind.
  void aim_by(const std::string& field) {
    const TargetSpec& target = target_spec_of(request_.type);
    if (target.kind == TargetKind::none) return;
    // An account may belong to a directory instead of a host.
    if (request_.host.empty() && target.kind != TargetKind::user) lack("the event has no field 'host.name'");
    const std::string named = name_of_target(field);
    if (target.kind == TargetKind::process)
      aim_at_process(named);
    else if (!named.empty())
      set(std::string(target.parameter), ParameterSource{named, {}});
    if (request_.type == ActionType::quarantine_file) check_container();
  }

  /// What else the event knows of the target that `field` names, where the rule has not said it.
  void tell_from_others(const std::string& field) {
    const std::string named = name_of_target(field);
    if (target_spec_of(request_.type).kind == TargetKind::process)
      tell_process(owner_of_field(named, ".pid"));
    if (request_.type == ActionType::quarantine_file) tell_file(named);
  }

 private:
  std::string name_of_target(const std::string& field) const {
    return std::string(field.empty() ? target_spec_of(request_.type).field : std::string_view(field));
  }

  /// With its start a process needs no digest: it is the same one when it has gone on to another program.
  /// The path that a program has in its container says nothing about the host's programs.
  void tell_process(const std::string& owner) {
    tell("boot_id", "host.boot.id");
    if (owner.empty()) return;
    if (!request_.parameters.contains("start")) tell("sha256", owner + ".hash.sha256");
    if (container().empty()) tell("executable", owner + ".executable");
  }

  /// Not by its size: a file that was just found is often still being written.
  void tell_file(const std::string& field) {
    const std::string file = owner_of_field(field, ".path");
    const std::string program = owner_of_field(field, ".executable");
    if (!file.empty()) tell("inode", file + ".inode");
    if (!(file + program).empty()) tell("sha256", file + program + ".hash.sha256");
    if (!program.empty()) tell_running(program);
  }

  /// A program that lives only in memory is found by its process alone.
  void tell_running(const std::string& owner) {
    if (!request_.parameters.contains("pid")) {
      tell("pid", owner + ".pid");
      if (request_.parameters.contains("pid")) tell("start", owner + ".start");
      // Then nothing tells it from a later one with its number; see check_time().
      const bool timed = parse_iso8601(text_of_field(detected_, field::kTime)).has_value();
      if (!timed && !request_.parameters.contains("start")) request_.parameters.erase("pid");
    }
    if (request_.parameters.contains("pid")) tell("boot_id", "host.boot.id");
  }

  /// What is no such thing says nothing about the target, and keeps nothing from it.
  void tell(const std::string& parameter, const std::string& field) {
    if (request_.parameters.contains(parameter)) return;
    const auto given = detected_.schema.first(detected_.event, field);
    if (!given) return;
    if (auto value = conform(Value(given->text()), spec_named(parameter)))
      request_.parameters.emplace(parameter, *std::move(value));
  }

  void aim_at_process(const std::string& field) {
    const auto pid = detected_.schema.first(detected_.event, field);
    if (!pid) return lack("the event has no field '" + field + "'");
    const auto number = pid->integer();
    if (!number) return lack("field '" + field + "' is no process id: '" + pid->text() + "'");
    set("pid", Value(*number));
    aim_at_start(field);
    check_time();
  }

  /// Of the action type, else of its script.
  ParameterSpec spec_named(const std::string& name) const {
    for (const auto specs : {parameters_of(request_.type), script_parameters_})
      if (const auto spec = std::ranges::find(specs, name, &ParameterSpec::name); spec != specs.end())
        return *spec;
    return {.name = name, .help = {}};
  }

  /// A sensor of the kernel gives a process its number on the host, but a path as the process sees it: in a
  /// container that is another file than on the host.
  void check_container() {
    if (const std::string id = container(); !id.empty())
      lack("the event is of container '" + id + "': its path names a file there, not on the host");
  }

  /// In which the event was seen; empty: in none.
  std::string container() const {
    constexpr std::string_view kNone = "host";  // says Falco of what runs in no container
    std::string id = text_of_field(detected_, field::kContainerId);
    return id == kNone ? "" : id;
  }

  /// Without the time of the event nothing would tell a process from a later one with the same number: the
  /// time of reading may be hours later.
  void check_time() {
    const std::string time = text_of_field(detected_, field::kTime);
    if (!time.empty() && !parse_iso8601(time)) return lack("the event's time is no time: '" + time + "'");
    if (time.empty() && !request_.parameters.contains("start"))
      lack(
          "the event has neither a time nor the process's start, so the process cannot be told from a later "
          "one");
  }

  /// "process.parent.pid" has its start in "process.parent.start".
  void aim_at_start(const std::string& pid_field) {
    const std::string owner = owner_of_field(pid_field, ".pid");
    if (owner.empty()) return;
    const std::string field = owner + ".start";
    const auto start = detected_.schema.first(detected_.event, field);
    if (!start) return;
    if (!parse_iso8601(start->text()))
      return lack("field '" + field + "' is no time: '" + start->text() + "'");
    request_.parameters["start"] = start->text();
  }

  const Detected& detected_;
  std::span<const ParameterSpec> script_parameters_;
  ActionRequest& request_;
};

Cause cause_of(const Detected& detected, const Rule& rule, const ActionTemplate& wanted) {
  return {detected.stream, detected.offset, event_uid_of(detected), detected.digest, rule.id, rule.title,
          rule.digest,     wanted.name};
}

/// The target existed when the event was written; a clock that runs ahead must not widen that.
WallTime not_after(const Detected& detected) {
  const auto time = parse_iso8601(text_of_field(detected, field::kTime));
  return time ? std::min(*time, detected.now) : detected.now;
}

/// A field that the event lacks is a value of its own, told from an empty one.
std::string cooldown_key(const Detected& detected, const ActionTemplate& wanted,
                         const ActionRequest& request) {
  std::vector<std::string> parts;
  for (const std::string& field : wanted.deduplicate_by) {
    const auto value = detected.schema.first(detected.event, field);
    parts.push_back(field);
    parts.push_back(value ? "=" + value->text() : "");
  }
  if (parts.empty()) parts = {request.host, request.target};
  return derive_cooldown_key(request, parts);
}

/// People know hosts by names, enrolment knows them by ids: the order keeps both. A sensor of the network
/// names none: where the response says whose agent acts, it is that one's host.
void name_host(const Detected& detected, ActionRequest& request) {
  request.host = text_of_field(detected, field::kHostName);
  request.host_id = text_of_field(detected, field::kHostId);
  if (request.host.empty()) request.host = request.host_id;
  if (request.host.empty()) request.host = request.execute_from.agent;
}

}  // namespace

std::string event_uid_of(const Detected& detected) {
  const std::string own = text_of_field(detected, field::kDetectionId);
  return own.empty() ? detected.stream.value() + "@" + std::to_string(detected.offset.value()) : own;
}

Severity severity_of(const Detected& detected, const Rule& rule) {
  if (const auto severity = severity_of(detected.event, detected.schema)) return *severity;
  return rule.level.value_or(Severity::informational);
}

std::optional<ActionRequest> render(const Detected& detected, const Rule& rule, const ActionTemplate& wanted,
                                    std::span<const ParameterSpec> script_parameters, const Policy& policy) {
  ActionRequest request;
  request.severity = severity_of(detected, rule);
  if (is_below_minimum(wanted, request.severity)) return {};
  request.type = wanted.type;
  request.execute_from = wanted.execute_from.value_or(usual_place_of(wanted.type));
  name_host(detected, request);
  request.not_after = not_after(detected);
  request.comment = render_text(detected, wanted.comment);
  request.cause = cause_of(detected, rule, wanted);
  request.submitter = {Actor::Kind::rule, rule.id.value()};
  request.authors = rule.authors;
  request.authors.insert(request.authors.end(), wanted.authors.begin(), wanted.authors.end());
  request.verify_after = wanted.verify_after.value_or(policy.verify_after);
  request.pickup_deadline = wanted.pickup_deadline.value_or(spec_of(wanted.type).pickup_deadline);
  request.ttl = wanted.ttl.value_or(spec_of(wanted.type).ttl);
  request.dry_run = wanted.dry_run || policy.dry_run;

  Order order(detected, script_parameters, request);
  order.aim_by(wanted.target_field);
  if (wanted.type == ActionType::run_script) request.parameters["script"] = wanted.script;
  for (const auto& [name, source] : wanted.parameters) order.set(name, source);
  order.tell_from_others(wanted.target_field);
  request.target = target_of(wanted.type, request.parameters);
  request.id = derive_action_id(request.cause.event_uid, rule.id, wanted.name, request.host, request.target);
  if (wanted.cooldown) request.cooldown = {cooldown_key(detected, wanted, request), *wanted.cooldown};
  return request;
}

}  // namespace riposte
