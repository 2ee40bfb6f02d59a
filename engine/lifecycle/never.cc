#include "engine/lifecycle/never.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "engine/base/ascii.h"
#include "engine/lifecycle/target.h"

namespace riposte {
namespace {

struct Reserved {
  std::string_view network;
  std::string_view what;
};
constexpr std::array<Reserved, 7> kReserved{{{"127.0.0.0/8", "loopback"},
                                             {"::1/128", "loopback"},
                                             {"224.0.0.0/4", "multicast"},
                                             {"ff00::/8", "multicast"},
                                             {"0.0.0.0/8", "unspecified"},
                                             {"::/128", "unspecified"},
                                             {"255.255.255.255/32", "broadcast"}}};

std::optional<std::string> forbidden_address(const std::string& text, const NeverTargets& never) {
  const auto address = parse_address(text);
  if (!address) return {};
  for (const Reserved& reserved : kReserved)
    if (parse_network(reserved.network)->contains(*address))
      return text + " is a " + std::string(reserved.what) + " address, which no attacker has";
  for (const IpNetwork& network : never.addresses)
    if (network.contains(*address)) return text + " is in " + text_of(network) + ", which is never blocked";
  return {};
}

std::string first_label(const std::string& name) { return name.substr(0, name.find('.')); }

/// "web-1" and "web-1.example.net" may be one host, "web-1.example.net" and "web-1.example.com" are two.
bool may_be_one_host(const std::string& one, const std::string& other) {
  return one == other || one == first_label(other) || first_label(one) == other;
}

std::optional<std::string> forbidden_host(const ActionRequest& request, const NeverTargets& never) {
  for (const std::string& name : {request.host, request.host_id}) {
    if (name.empty()) continue;
    for (const std::string& host : never.hosts)
      if (may_be_one_host(lower_ascii(name), lower_ascii(host)))
        return fmt::format("{} is the host '{}', which is never isolated", name, host);
  }
  return {};
}

std::optional<std::string> forbidden_path(const std::string& path, const NeverTargets& never) {
  for (const std::string& place : never.paths) {
    const std::string folder = place.ends_with('/') ? place : place + "/";
    if (path == place || (path + "/").starts_with(folder))
      return fmt::format("{} is in {}, from which nothing is quarantined", path, place);
  }
  return {};
}

/// "address 203.0.113.9" → "203.0.113.9".
std::string named_by(const ActionRequest& request) {
  const std::size_t noun = target_spec_of(request.type).noun.size();
  return request.target.size() > noun ? request.target.substr(noun + 1) : "";
}

}  // namespace

std::optional<std::string> forbidden(const ActionRequest& request, const NeverTargets& never) {
  if (request.type == ActionType::block_ip) return forbidden_address(named_by(request), never);
  if (request.type == ActionType::isolate_host) return forbidden_host(request, never);
  if (request.type == ActionType::quarantine_file) return forbidden_path(named_by(request), never);
  return {};
}

}  // namespace riposte
