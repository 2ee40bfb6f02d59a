#include "engine/lifecycle/cooldown.h"

#include <vector>

namespace riposte {
namespace {

constexpr std::string_view kCooldownDomain = "riposte-cooldown-1";

std::string_view kind_of(const ActionRequest& request) {
  if (!request.defect.empty()) return "defective";
  return request.dry_run ? "dry run" : "real";
}

}  // namespace

Cooldown cooldown_of(const ActionRequest& request, WallTime now) {
  return {request.cooldown.key, request.partition, request.id, now + request.cooldown.length};
}

bool swallows(const Cooldown& running, const ActionId& candidate, WallTime now) {
  return running.opener != candidate && now < running.until;
}

std::string derive_cooldown_key(const ActionRequest& request, std::span<const std::string> parts) {
  std::vector<std::string_view> all{kCooldownDomain, request.cause.rule.value(), request.cause.template_name,
                                    kind_of(request)};
  all.insert(all.end(), parts.begin(), parts.end());
  return digest_of_parts(all);
}

}  // namespace riposte
