/// A folder with everything that `riposte run` needs for the crash test, and the engine started in it again
/// and again.
///
/// Threads: one, and it must outlive the engine (see child_process.h).
/// Errors:  throws std::runtime_error with the tail of the engine's log.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "connectors/http/json.h"
#include "engine/base/error.h"
#include "tests/support/child_process.h"
#include "tests/support/reserved_port.h"
#include "tests/support/scratch.h"

namespace riposte::test {

struct SceneInput {
  std::string bootstrap;
  std::string topic;
  std::string dead_letter_topic;
  std::string group;
};

class Scene {
 public:
  explicit Scene(const SceneInput& input);

  /// `crash_at`: "name:n", or empty for an engine that is left alone.
  std::unique_ptr<ChildProcess> start_engine(const std::string& crash_at = "");

  std::filesystem::path data() const { return folder_.path() / "data"; }
  std::filesystem::path ledger() const { return folder_.path() / "ledger"; }
  std::string engine_log() const;  ///< of the last engine
  /// The last engine says that it ended itself at this point.
  bool died_at(const std::string& point) const;

  /// Errors: of the API, or unavailable while nobody answers.
  Result<http::Json> get(const std::string& target) const;
  Result<http::Json> approve(const std::string& action_id) const;

 private:
  Scratch folder_;
  ReservedPort port_;
  std::string token_;
  int engines_ = 0;
};

/// Offers wait until this one approves: the rules' author is another.
inline constexpr const char* kApprover = "approver";

}  // namespace riposte::test
