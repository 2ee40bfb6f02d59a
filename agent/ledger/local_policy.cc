#include "agent/ledger/local_policy.h"

#include <algorithm>

namespace riposte::agent {
namespace {

using Objection = std::optional<std::string>;

bool is_below(std::string_view path, std::string_view folder) {
  if (!path.starts_with(folder)) return false;
  return path.size() == folder.size() || folder.back() == '/' || path[folder.size()] == '/';
}

Objection against(const LocalPolicy& policy, const order::BlockIp& block) {
  const auto never = std::ranges::find_if(
      policy.never_addresses, [&](const IpNetwork& network) { return network.contains(block.address); });
  if (never != policy.never_addresses.end()) return "never_addresses has " + text_of(*never);
  if (std::ranges::any_of(policy.management, [&](const auto& flow) { return flow.address == block.address; }))
    return "the address is one of management";
  return {};
}

Objection against(const LocalPolicy& policy, const order::IsolateHost& isolate) {
  if (policy.management.empty())
    return "management is empty, so nothing would ever reach this host again; name the engine's address "
           "there";
  if (isolate.keep.size() > policy.keep_max)
    return "it keeps " + std::to_string(isolate.keep.size()) + " addresses; keep_max is " +
           std::to_string(policy.keep_max);
  return {};
}

Objection against(const LocalPolicy& policy, const order::QuarantineFile& quarantine) {
  const auto found = std::ranges::find_if(
      policy.protected_paths, [&](const std::string& folder) { return is_below(quarantine.path, folder); });
  if (found == policy.protected_paths.end()) return {};
  return "protected_paths has " + *found;
}

Objection against(const LocalPolicy&, const auto&) { return {}; }

}  // namespace

std::optional<std::string> objection_of(const LocalPolicy& policy, const order::Order& order) {
  const order::Verb verb = order::verb_of(order.command);
  if (!policy.allow.contains(verb)) return "allow does not name " + std::string(name_of(verb));
  if (order.ttl > policy.ttl_max)
    return "its ttl of " + duration_text(order.ttl) + " is over ttl_max, " + duration_text(policy.ttl_max);
  return std::visit([&](const auto& parameters) { return against(policy, parameters); }, order.command);
}

}  // namespace riposte::agent
