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
  IpNetwork network;
  std::string_view what;
};

/// Read once: every order to block an address is held against them.
const std::array<Reserved, 7>& reserved_networks() {
  static const std::array<Reserved, 7> kReserved{{{*parse_network("127.0.0.0/8"), "loopback"},
                                                  {*parse_network("::1/128"), "loopback"},
                                                  {*parse_network("224.0.0.0/4"), "multicast"},
                                                  {*parse_network("ff00::/8"), "multicast"},
                                                  {*parse_network("0.0.0.0/8"), "unspecified"},
                                                  {*parse_network("::/128"), "unspecified"},
                                                  {*parse_network("255.255.255.255/32"), "broadcast"}}};
  return kReserved;
}

template <typename Thing>
bool is_over(const Spared<Thing>& spared, WallTime now) {
  return spared.until && *spared.until <= now;
}

/// " (office egress) until 2026-12-31T00:00:00Z".
template <typename Thing>
std::string terms_of(const Spared<Thing>& spared) {
  return (spared.reason.empty() ? "" : " (" + spared.reason + ")") +
         (spared.until ? " until " + iso8601(*spared.until) : "");
}

std::optional<std::string> forbidden_address(const std::string& text, const NeverTargets& never,
                                             WallTime now) {
  const auto address = parse_address(text);
  if (!address) return {};
  for (const Reserved& reserved : reserved_networks())
    if (reserved.network.contains(*address))
      return text + " is a " + std::string(reserved.what) + " address, which no attacker has";
  for (const auto& spared : never.addresses)
    if (!is_over(spared, now) && spared.what.contains(*address))
      return fmt::format("{} is in {}, which is never blocked{}", text, text_of(spared.what),
                         terms_of(spared));
  return {};
}

std::string first_label(const std::string& name) { return name.substr(0, name.find('.')); }

/// "web-1" and "web-1.example.net" may be one host, "web-1.example.net" and "web-1.example.com" are two.
bool may_be_one_host(const std::string& one, const std::string& other) {
  return one == other || one == first_label(other) || first_label(one) == other;
}

std::optional<std::string> forbidden_host(const ActionRequest& request, const NeverTargets& never,
                                          WallTime now) {
  for (const std::string& name : {request.host, request.host_id, request.execute_from.agent}) {
    if (name.empty()) continue;
    for (const auto& spared : never.hosts)
      if (!is_over(spared, now) && may_be_one_host(lower_ascii(name), lower_ascii(spared.what)))
        return fmt::format("{} is the host '{}', which is never isolated{}", name, spared.what,
                           terms_of(spared));
  }
  return {};
}

/// The one of `places` that this path is, or lies under.
const Spared<std::string>* place_of(const std::string& path, const std::vector<Spared<std::string>>& places,
                                    WallTime now) {
  const auto holds = [&](const Spared<std::string>& spared) {
    const std::string folder = spared.what.ends_with('/') ? spared.what : spared.what + "/";
    return !is_over(spared, now) && (path == spared.what || (path + "/").starts_with(folder));
  };
  const auto found = std::ranges::find_if(places, holds);
  return found == places.end() ? nullptr : &*found;
}

std::optional<std::string> forbidden_path(const std::string& path, const NeverTargets& never, WallTime now) {
  const auto* spared = place_of(path, never.paths, now);
  if (spared == nullptr) return {};
  return fmt::format("{} is in {}, from which nothing is quarantined{}", path, spared->what,
                     terms_of(*spared));
}

std::optional<std::string> forbidden_program(const ActionRequest& request, const NeverTargets& never,
                                             WallTime now) {
  const auto given = request.parameters.find("executable");
  if (given == request.parameters.end()) return {};
  std::string path = tidy_path(text_of(given->second));
  constexpr std::string_view kReplaced = " (deleted)";  // by an upgrade, while the old one goes on running
  if (path.ends_with(kReplaced)) path.resize(path.size() - kReplaced.size());
  const auto* spared = place_of(path, never.programs, now);
  if (spared == nullptr) return {};
  return fmt::format("{} runs {}, which is never killed or suspended{}", request.target, path,
                     terms_of(*spared));
}

/// "address 203.0.113.9" → "203.0.113.9".
std::string named_by(const ActionRequest& request) {
  const std::size_t noun = target_spec_of(request.type).noun.size();
  return request.target.size() > noun ? request.target.substr(noun + 1) : "";
}

}  // namespace

std::optional<std::string> forbidden(const ActionRequest& request, const NeverTargets& never, WallTime now) {
  switch (request.type) {
    case ActionType::block_ip:
      return forbidden_address(named_by(request), never, now);
    case ActionType::isolate_host:
      return forbidden_host(request, never, now);
    case ActionType::quarantine_file:
      return forbidden_path(named_by(request), never, now);
    case ActionType::kill_process:
    case ActionType::suspend_process:
      return forbidden_program(request, never, now);
    default:
      return {};
  }
}

}  // namespace riposte
