#include "engine/lifecycle/policy.h"

#include <utility>

namespace riposte {
namespace {

Ruling rule_on_rule_made(const ActionRequest& request, const TemplateTerms& terms, const Policy& policy,
                         WallTime now) {
  const auto automatic = policy.auto_response.find(request.type);
  const AutoResponse* limits = automatic == policy.auto_response.end() ? nullptr : &automatic->second;
  if (terms.active_hours && !terms.active_hours->contains(now))
    return {true, Ground::outside_hours, "outside active hours '" + terms.active_hours->name() + "'", {}};
  if (limits != nullptr && limits->active_hours && !limits->active_hours->contains(now))
    return {true, Ground::outside_hours, "outside active hours '" + limits->active_hours->name() + "'", {}};
  if (limits != nullptr && request.severity < limits->threshold)
    return {true,
            Ground::below_threshold,
            "severity " + std::string(name_of(request.severity)) + " is below the automatic threshold " +
                std::string(name_of(limits->threshold)),
            {}};
  return {false, Ground::auto_response, "", {}};
}

Ruling decide(const ActionRequest& request, const TemplateTerms& terms, const Policy& policy, WallTime now) {
  if (auto why = forbidden(request, policy.never, now))
    return {false, Ground::policy_forbids, std::move(*why), {}, true};
  if (terms.require_approval) return {true, Ground::template_demands, "the rule demands approval", {}};
  if (policy.require_approval.contains(request.type))
    return {true,
            Ground::policy_demands,
            "the configuration demands approval for " + std::string(name_of(request.type)),
            {}};
  if (request.submitter.kind == Actor::Kind::person) {
    if (policy.is_destructive(request.type))
      return {true, Ground::manual_destructive, std::string(name_of(request.type)) + " is destructive", {}};
    return {false, Ground::manual, "", {}};
  }
  return rule_on_rule_made(request, terms, policy, now);
}

}  // namespace

bool Policy::is_destructive(ActionType type) const {
  const auto overridden = destructive.find(type);
  return overridden == destructive.end() ? spec_of(type).destructive : overridden->second;
}

Ruling rule_on(const ActionRequest& request, const TemplateTerms& terms, const Policy& policy, WallTime now) {
  Ruling ruling = decide(request, terms, policy, now);
  ruling.approval_ttl = policy.approval_ttl;
  return ruling;
}

}  // namespace riposte
