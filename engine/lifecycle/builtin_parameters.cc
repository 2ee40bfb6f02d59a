// What each action type takes, and within which bounds.
#include <chrono>
#include <limits>
#include <utility>

#include "engine/lifecycle/action_type.h"

namespace riposte {
namespace {

using Specs = std::vector<ParameterSpec>;

constexpr std::int64_t kPathBytesMax = 4095;  // of Linux, without the terminating zero
constexpr std::int64_t kFileBytesMax = std::int64_t{2} << 30;
/// Longer than a program needs to end by itself, shorter than the patience of whoever contains an attack.
constexpr std::chrono::milliseconds kTermGraceMax = std::chrono::seconds(30);
constexpr std::chrono::milliseconds kUnblockGraceMax = std::chrono::hours(24);

const ParameterSpec kPid{"pid", ValueKind::integer,
                         true,  "number of the process on its host",
                         1,     std::numeric_limits<std::int32_t>::max()};
const ParameterSpec kStart{"start", ValueKind::timestamp, false,
                           "when the process started: tells it from a later one with the same number"};
const ParameterSpec kBootId{"boot_id", ValueKind::boot_id, false, "the boot of its host in which it runs"};

ParameterSpec not_required(ParameterSpec spec, std::string help) {
  spec.required = false;
  spec.help = std::move(help);
  return spec;
}

Specs process_identity() {
  return {kPid,
          kStart,
          kBootId,
          {"sha256", ValueKind::sha256, false, "digest of the program that it must run"},
          {"executable", ValueKind::path, false,
           "path of the program that it runs: asked about in policy.never.programs", 1, kPathBytesMax}};
}

Specs with(Specs specs, std::initializer_list<ParameterSpec> more) {
  specs.insert(specs.end(), more);
  return specs;
}

const ParameterSpec kTree{"tree", ValueKind::boolean, false, "its descendants, too"};
const ParameterSpec kAllOwners{"all_owners", ValueKind::boolean, false,
                               "lift it whoever ordered it; else only what one action ordered"};
const ParameterSpec kAddress{"address", ValueKind::ip, true, "the address, in IPv4 or IPv6"};
const ParameterSpec kPath{"path", ValueKind::path, true, "absolute path of the file", 1, kPathBytesMax};
const ParameterSpec kFileDigest{"sha256", ValueKind::sha256, false, "digest that the file must have"};

Specs specs_of(ActionType type) {
  switch (type) {
    case ActionType::kill_process:
      return with(process_identity(),
                  {kTree,
                   {"term_grace", ValueKind::duration, false, "SIGTERM first, and so long until SIGKILL", 0,
                    kTermGraceMax.count()}});
    case ActionType::suspend_process:
      return with(process_identity(), {kTree});
    case ActionType::resume_process:
      return process_identity();
    case ActionType::isolate_host:
      return {{"keep", ValueKind::addresses, false, "addresses that stay reachable besides the management"},
              {"allow_dns", ValueKind::boolean, false, "the configured resolvers stay reachable"},
              {"allow_dhcp", ValueKind::boolean, false, "the lease is still renewed"}};
    case ActionType::unisolate_host:
      return {kAllOwners};
    case ActionType::quarantine_file:
      return {
          kPath,
          kFileDigest,
          {"inode", ValueKind::integer, false, "inode that the file must have", 1, {}},
          {"size", ValueKind::integer, false, "bytes that the file must have", 0, kFileBytesMax},
          not_required(kPid, "number of the process that runs it: finds a program whose path names no file"),
          kStart,
          kBootId};
    case ActionType::restore_file:
      return {kPath, {"action", ValueKind::action_id, true, "id of the action that quarantined the file"}};
    case ActionType::block_ip:
      return {kAddress};
    case ActionType::unblock_ip:
      return {kAddress,
              kAllOwners,
              {"grace", ValueKind::duration, false, "no rule blocks it again for so long", 0,
               kUnblockGraceMax.count()}};
    case ActionType::run_script:
      return {{"script", ValueKind::string, true, "id of a registered script"}};
    case ActionType::reset_user_session:
    case ActionType::force_password_reset:
    case ActionType::disable_account:
      return {{"user", ValueKind::user_name, true, "name of the account"}};
    case ActionType::collect_forensics:
      return {};
  }
  std::unreachable();
}

}  // namespace

std::span<const ParameterSpec> parameters_of(ActionType type) {
  static const auto kSpecs = [] {
    std::array<Specs, kActionTypeCount> specs;
    for (const ActionTypeSpec& each : action_types())
      specs[static_cast<std::size_t>(each.type)] = specs_of(each.type);
    return specs;
  }();
  return kSpecs[static_cast<std::size_t>(type)];
}

}  // namespace riposte
