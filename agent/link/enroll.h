/// Makes this host one of a fleet: keys are made here, certified by the engine, and kept for the agent.
#pragma once

#include <filesystem>
#include <string>

#include "engine/base/error.h"

namespace riposte::agent {

struct EnrolOptions {
  std::string engine;                ///< HOST:PORT
  std::filesystem::path token_file;  ///< readable by its owner alone
  std::filesystem::path state;
  std::string name;  ///< empty: the host's own
  std::string user;  ///< whom the link's files are given to, when root enrols
  std::filesystem::path machine_id_file = "/etc/machine-id";
};

/// What was done, for people. The identity is written last: without it nothing of the rest counts.
/// Errors: invalid, denied (token, engine), conflict (name), not_found, unavailable.
Result<std::string> enroll(const EnrolOptions& options);

}  // namespace riposte::agent
