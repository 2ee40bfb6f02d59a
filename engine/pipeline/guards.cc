#include "engine/pipeline/guards.h"

#include <utility>

namespace riposte {

std::string_view name_of(Guard guard) {
  switch (guard) {
    case Guard::none:
      return "none";
    case Guard::minimum_severity:
      return "minimum_severity";
    case Guard::cooldown:
      return "cooldown";
    case Guard::forbidden:
      return "forbidden";
    case Guard::dry_run:
      return "dry_run";
    case Guard::approval:
      return "approval";
  }
  std::unreachable();
}

bool is_below_minimum(const ActionTemplate& wanted, Severity severity) {
  return wanted.minimum_severity && severity < *wanted.minimum_severity;
}

std::optional<std::string> below_minimum(const ActionTemplate& wanted, Severity severity) {
  if (!is_below_minimum(wanted, severity)) return {};
  return "severity " + std::string(name_of(severity)) + " is below the minimum_severity " +
         std::string(name_of(*wanted.minimum_severity)) + " of '" + wanted.name + "'";
}

Verdict judge(const ActionTemplate& wanted, const ActionRequest& request, const Policy& policy,
              const Cooldown* running, WallTime now) {
  using enum Verdict::Kind;
  if (auto why = below_minimum(wanted, request.severity))
    return {held_back, Guard::minimum_severity, std::move(*why)};
  if (running != nullptr && swallows(*running, request.id, now))
    return {held_back, Guard::cooldown,
            "action " + running->opener.value() + " opened a cooldown until " + iso8601(running->until)};
  const Ruling ruling = rule_on(request, wanted.terms, policy, now);
  if (request.dry_run) return {recorded, Guard::dry_run, "dry run"};
  if (ruling.forbidden) return {refused, Guard::forbidden, ruling.detail};
  if (ruling.needs_approval) return {waits, Guard::approval, ruling.detail};
  return {};
}

}  // namespace riposte
