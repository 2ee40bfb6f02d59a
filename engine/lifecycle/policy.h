/// Who needs approval: the configuration's word on automatic response.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>

#include "engine/lifecycle/active_hours.h"
#include "engine/lifecycle/fact.h"
#include "engine/lifecycle/never.h"

namespace riposte {

/// When a rule-made action of one type runs by itself.
struct AutoResponse {
  Severity threshold = Severity::informational;
  std::optional<ActiveHours> active_hours;  ///< empty: always
};

struct Policy {
  std::map<ActionType, AutoResponse> auto_response;
  std::set<ActionType> require_approval;
  std::map<ActionType, bool> destructive;  ///< overrides the type's default
  bool dry_run = false;  ///< nothing that is made from now on is carried out, whoever asks for it
  NeverTargets never;
  Duration approval_ttl = std::chrono::hours(24);
  Duration verify_after = kVerifyAfterDefault;  ///< where a template does not say

  bool is_destructive(ActionType type) const;
};

/// What the template itself says about approval.
struct TemplateTerms {
  bool require_approval = false;
  std::optional<ActiveHours> active_hours;
};

/// Decides, in this order: the target is never contained; the template or the policy demands approval; a
/// person asked for a destructive type; outside hours; below the threshold; otherwise it goes straight to the
/// queue.
Ruling rule_on(const ActionRequest& request, const TemplateTerms& terms, const Policy& policy, WallTime now);

}  // namespace riposte
