/// What the privileged program is started with, and whether that is fit to be used.
///
/// Errors: not_found, denied, invalid (to be mended by a person); fenced (another one runs); corrupt.
#pragma once

#include <filesystem>
#include <string>

#include <sys/types.h>

#include "agent/hands/keeper.h"
#include "engine/base/descriptor.h"

namespace riposte::agent {

struct Setup {
  std::filesystem::path state = "/var/lib/riposte-agent";
  std::filesystem::path policy = "/etc/riposte-agent/policy.yaml";
  std::filesystem::path socket = "/run/riposte-agent/hands.sock";
  std::string user = "riposte-agent";  ///< of the network program

  std::filesystem::path identity() const { return state / "identity"; }
  std::filesystem::path report_key() const { return state / "report.key"; }
  std::filesystem::path journal() const { return state / "journal"; }
  std::filesystem::path vault() const { return state / "vault"; }
};

struct User {
  uid_t user;
  gid_t group;
};
Result<User> find_user(const std::string& name);

/// Whoever can write the directory can put another identity into it.
Result<void> check_state_directory(const std::filesystem::path& state);

/// Waits a little for the children of a program that has died to end.
Result<Descriptor> lock_state(const std::filesystem::path& state);

Result<LocalPolicy> read_local_policy(const Setup& setup);
Result<Authority> read_authority(const Setup& setup);

/// Everything that is wrong, a line each, and what is merely strange; empty: nothing.
struct Complaints {
  std::string errors;
  std::string warnings;
};
Complaints check(const Setup& setup);

}  // namespace riposte::agent
