#include "connectors/agents/routing.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "engine/base/ascii.h"
#include "engine/base/ip_network.h"
#include "engine/base/printable.h"

namespace riposte::agents {
namespace {

std::string first_label(const std::string& name) { return name.substr(0, name.find('.')); }
bool has_domain(const std::string& name) { return name.contains('.'); }

std::vector<std::string> names_of(const AgentEntry& entry) {
  std::vector<std::string> names{lower_ascii(entry.machine_id), lower_ascii(entry.name)};
  for (const std::string& alias : entry.aliases) names.push_back(lower_ascii(alias));
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  std::erase(names, "");
  return names;
}

}  // namespace

Routing::Routing(std::vector<AgentEntry> entries) : entries_(std::move(entries)) {
  std::erase_if(entries_, [](const AgentEntry& entry) { return entry.revoked_at.has_value(); });
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    for (const std::string& name : names_of(entries_[i])) {
      names_.emplace(name, i);
      if (!parse_address(name)) labels_.emplace(first_label(name), i);
    }
  }
}

const AgentEntry* Routing::find_machine(const std::string& machine_id) const {
  const auto [first, last] = names_.equal_range(lower_ascii(machine_id));
  for (auto at = first; at != last; ++at)
    if (entries_[at->second].machine_id == machine_id) return &entries_[at->second];
  return nullptr;
}

Routing::Meant Routing::only_one(std::string_view name, const std::vector<std::size_t>& found) const {
  if (found.empty()) return {};
  const AgentEntry& one = entries_[found.front()];
  for (const std::size_t index : found) {
    const AgentEntry& other = entries_[index];
    if (&other != &one)
      return {nullptr, "'" + printable(std::string(name)) + "' is the name of two agents, " + one.name +
                           " (" + one.machine_id + ") and " + other.name + " (" + other.machine_id +
                           "); revoke one of them, or let events name the host by its id"};
  }
  return {&one, ""};
}

Routing::Meant Routing::find_name(std::string_view name) const {
  std::vector<std::size_t> found;
  const auto [first, last] = names_.equal_range(lower_ascii(name));
  std::transform(first, last, std::back_inserter(found), [](const auto& entry) { return entry.second; });
  return only_one(name, found);
}

/// "web01" is "web01.example.org", but "web01.example.com" is not.
Routing::Meant Routing::find_without_domain(const std::string& name) const {
  if (parse_address(name)) return {};
  const std::string wanted = lower_ascii(name);
  std::vector<std::size_t> found;
  const auto [first, last] = labels_.equal_range(first_label(wanted));
  for (auto at = first; at != last; ++at) {
    const auto names = names_of(entries_[at->second]);
    const bool fits = std::ranges::any_of(names, [&](const std::string& own) {
      return first_label(own) == first_label(wanted) && (!has_domain(own) || !has_domain(wanted));
    });
    if (fits) found.push_back(at->second);
  }
  return only_one(name, found);
}

Routing::Meant Routing::find(const ActionRequest& request) const {
  const bool names_agent = request.execute_from.place == ExecuteFrom::Place::agent;
  if (!names_agent && !request.host_id.empty()) {
    Meant meant = find_name(request.host_id);
    if (meant.entry != nullptr || !meant.why.empty()) return meant;
  }
  const std::string& name = names_agent ? request.execute_from.agent : request.host;
  if (name.empty()) return {};
  Meant meant = find_name(name);
  if (meant.entry != nullptr || !meant.why.empty()) return meant;
  return find_without_domain(name);
}

}  // namespace riposte::agents
