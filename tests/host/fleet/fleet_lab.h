/// A fleet of the real programs: an engine on a manager, an agent on each of three servers, and an attacker.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/lab.h"
#include "tests/support/temporary_directory.h"

namespace riposte::test {

/// How long anything may take that takes a moment on an idle machine.
inline constexpr std::chrono::seconds kSoonEnough{20};
bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds limit = kSoonEnough);

/// A program on a host of the lab that a test starts and ends as it likes.
class Program {
 public:
  /// `log`: what it writes is added there. `crash_at`: as RIPOSTE_CRASH_AT.
  void start(const Host& host, const std::vector<std::string>& argv, const std::filesystem::path& log,
             const std::string& crash_at = {});
  bool runs() const;
  void kill();
  /// As an administrator does; false when it had to be killed after kSoonEnough.
  bool end();

 private:
  pid_t pid_ = 0;
};

struct Server {
  Host& host;
  std::filesystem::path folder;  ///< machine-id, policy.yaml, state, hands.sock
  Program hands;
  Program link;
};

class FleetLab : public ::testing::Test {
 protected:
  /// Nothing runs yet.
  FleetLab();

  void start_engine(const std::string& crash_at = {});
  void enroll(Server& server);
  void start_hands(Server& server, const std::string& crash_at = {});
  /// `socket`: of the hands, or of whoever stands between.
  void start_link(Server& server, const std::filesystem::path& socket = {});
  /// The engine, and every server enrolled and connected.
  void start_all();
  bool all_connected();

  /// A detection of the rule that answers with this response (docs: the configuration in fleet_lab.cc).
  void detect(const std::string& response, const Server& server, const nlohmann::json& more);
  void detect_process(const std::string& response, const Server& server, std::int32_t pid);

  /// The command line on the manager, as a person. Its exit code is expected to be 0.
  std::string riposte(const std::string& person, std::vector<std::string> arguments) const;
  std::vector<nlohmann::json> actions() const;
  /// The newest action of this type on this host.
  std::optional<nlohmann::json> action(const std::string& type, const Server& server) const;
  /// Waits until it is in this state ("completed") and verification ("passed"); the action's id.
  std::string await(const std::string& type, const Server& server, const std::string& state,
                    const std::string& verification = "passed");
  /// A person takes the action back, a second one approves where that is asked for.
  void undo(const std::string& id) const;

  /// A process on the server; its number there.
  static std::int32_t sleeper(const Server& server);
  /// 'S', 'T'; '-': there is none.
  static char state_of(const Server& server, std::int32_t pid);
  std::filesystem::path at(const std::string& name) const { return folder_.path() / name; }
  /// The end of every log.
  std::string logs() const;
  /// What the logs say of one action.
  std::string lines_about(const std::string& action) const;

  TemporaryDirectory folder_;
  Lab lab_;
  Host& manager_ = lab_.host("manager");
  Server web_{lab_.host("web01"), at("web01"), {}, {}};
  Server db_{lab_.host("db01"), at("db01"), {}, {}};
  Server ward_{lab_.host("ward07"), at("ward07"), {}, {}};
  Host& attacker_ = lab_.host("attacker");
  Network& lan_ = lab_.network({manager_, web_.host, db_.host, ward_.host, attacker_});
  const std::vector<Server*> servers_{&web_, &db_, &ward_};
  Program engine_;

 private:
  std::vector<std::filesystem::path> log_files() const;
  std::string tokens_of(const std::string& person);
  std::string url_;
  int detections_ = 0;
};

}  // namespace riposte::test
