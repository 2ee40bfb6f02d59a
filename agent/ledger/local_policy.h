/// What the owner of this host lets any engine do here: the bound on a stolen engine.
///
/// The names of users, programs and units are judged where the process is looked at; everything that the
/// order itself says is judged here.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/ledger/rate_limits.h"
#include "engine/order/order.h"

namespace riposte::agent {

/// A way to the engine that no isolation closes and no block touches.
struct ManagementFlow {
  IpAddress address;
  std::uint16_t port = 0;
  bool operator==(const ManagementFlow&) const = default;
};

/// Wide enough for an outbreak, narrow enough that a stolen engine cannot stop everything in a second.
inline const Rates kDefaultRates{{order::Verb::kill_process, {60, 60}},
                                 {order::Verb::suspend_process, {60, 60}},
                                 {order::Verb::isolate_host, {6, 6}},
                                 {order::Verb::block_ip, {600, 600}},
                                 {order::Verb::quarantine_file, {60, 60}}};

/// Longer than anybody takes to notice that a file is missed.
inline constexpr Duration kVaultKeepDefault = std::chrono::days(90);
inline constexpr Duration kVaultKeepMin = std::chrono::days(1);
inline constexpr Duration kVaultKeepMax = std::chrono::days(3650);

struct LocalPolicy {
  std::set<order::Verb> allow;
  std::vector<IpNetwork> never_addresses;
  std::vector<std::string> never_users;
  std::vector<std::string> protected_executables;
  std::vector<std::string> protected_units;
  std::vector<std::string> protected_paths;  ///< and everything below
  std::vector<ManagementFlow> management;
  std::uint32_t keep_max = order::kKeepMax;
  Duration ttl_max = order::kTtlMax;
  Rates rates = kDefaultRates;
  bool require_channel_proof = true;
  std::optional<Duration> vault_keep = kVaultKeepDefault;  ///< nothing: what is in the vault stays for ever
  bool operator==(const LocalPolicy&) const = default;
};

/// What this policy has against the order, for the report; nothing when it has nothing.
std::optional<std::string> objection_of(const LocalPolicy& policy, const order::Order& order);

}  // namespace riposte::agent
