#include "engine/pipeline/submission.h"

#include <algorithm>

#include "engine/base/nearest.h"
#include "engine/lifecycle/target.h"
#include "engine/lifecycle/undo.h"

namespace riposte {
namespace {

std::string list_of(const std::vector<ActionType>& types) {
  std::string names;
  for (const ActionType type : types) names += (names.empty() ? "" : ", ") + std::string(name_of(type));
  return names;
}

Result<std::vector<ParameterSpec>> specs_for(const Submission& submission, const ActionCatalogue& actions) {
  const auto own = parameters_of(submission.type);
  std::vector<ParameterSpec> specs(own.begin(), own.end());
  if (submission.type != ActionType::run_script) return specs;
  const auto named = submission.parameters.find("script");
  if (named == submission.parameters.end()) return specs;
  const std::string id = text_of(named->second);
  const auto script = actions.scripts.find(id);
  if (script == actions.scripts.end()) {
    std::vector<std::string_view> known;
    for (const auto& [name, ignored] : actions.scripts) known.emplace_back(name);
    return fail(Errc::invalid, "unknown script '" + id + "'" + did_you_mean(id, known));
  }
  specs.insert(specs.end(), script->second.begin(), script->second.end());
  return specs;
}

Result<Parameters> check_parameters(const Submission& submission, const ActionCatalogue& actions) {
  const std::vector<ParameterSpec> specs = TRY(specs_for(submission, actions));
  Parameters checked;
  for (const auto& [name, value] : submission.parameters) {
    const auto spec = std::ranges::find(specs, name, &ParameterSpec::name);
    if (spec == specs.end()) {
      std::vector<std::string_view> known;
      for (const ParameterSpec& each : specs) known.emplace_back(each.name);
      return fail(Errc::invalid, std::string(name_of(submission.type)) + " has no parameter '" + name + "'" +
                                     did_you_mean(name, known));
    }
    TRY(actions.may_have(submission.type, name));
    checked[name] = TRY_DOING("parameter '" + name + "'", conform(value, *spec));
  }
  for (const ParameterSpec& spec : specs)
    if (spec.required && !checked.contains(spec.name))
      return fail(Errc::invalid, std::string(name_of(submission.type)) + " needs parameter '" + spec.name +
                                     "' (" + std::string(name_of(spec.kind)) + ": " + spec.help + ")");
  return checked;
}

/// The same request id with other content is a mistake that must not pass as a repetition.
std::string digest_of_submission(const ActionRequest& request) {
  std::string text = std::string(name_of(request.type)) + '\0' + request.host + '\0' + request.comment;
  for (const auto& [name, value] : request.parameters) text += '\0' + name + '\0' + text_of(value);
  return digest_of(text);
}

}  // namespace

Result<ActionRequest> request_of(const Principal& who, const Submission& submission,
                                 const SubmissionContext& context, WallTime now) {
  if (!context.actions.can_execute(submission.type))
    return fail(Errc::invalid, "this engine has no executor for " + std::string(name_of(submission.type)) +
                                   "; it has: " + list_of(context.actions.executable));
  ActionRequest request;
  request.partition = kManualPartition;
  request.type = submission.type;
  request.parameters = TRY(check_parameters(submission, context.actions));
  request.host = submission.host.empty() ? context.own_host : submission.host;
  request.target = target_of(submission.type, request.parameters);
  request.not_after = now;
  request.severity = Severity::high;
  request.comment = submission.comment;
  request.submitter = {Actor::Kind::person, who.name.value()};
  give_grace(request);
  request.verify_after = context.policy.verify_after;
  request.pickup_deadline = spec_of(submission.type).pickup_deadline;
  request.execute_from = usual_place_of(submission.type);
  request.ttl = spec_of(submission.type).ttl;
  request.dry_run = context.policy.dry_run;
  request.cause.event_uid = "request:" + who.name.value() + ":" + submission.request_id;
  request.cause.event_digest = digest_of_submission(request);
  request.id =
      derive_action_id(request.cause.event_uid, request.cause.rule, "", request.host, request.target);
  return request;
}

}  // namespace riposte
