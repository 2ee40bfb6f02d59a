/// A fleet of the real programs: an engine on a manager, an agent on each of three servers, and an attacker.
///
/// Threads: one.
/// Errors:  throws std::runtime_error, with the ends of all logs where something does not come about in time.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/host/fleet/feed.h"
#include "tests/host/fleet/program.h"
#include "tests/support/lab.h"
#include "tests/support/temporary_directory.h"

namespace riposte::test {

struct Server {
  Host& host;
  std::filesystem::path folder;  ///< machine-id, policy.yaml, state, hands.sock
  Program hands;
  Program link;
};

class LabFleet {
 public:
  /// Nothing runs yet. `parent`: where its folder is made, which goes with it; that of a lab is in memory.
  explicit LabFleet(const std::filesystem::path& parent = std::filesystem::temp_directory_path());

  void start_engine(const std::string& crash_at = {});
  void enroll(Server& server);
  void start_hands(Server& server, const std::string& crash_at = {});
  /// `socket`: of the hands, or of whoever stands between.
  void start_link(Server& server, const std::filesystem::path& socket = {});
  /// The engine, fed from here, and every server enrolled and connected. None: from a file.
  void start_all(std::unique_ptr<Feed> feed = nullptr);
  bool all_connected() const;

  /// A detection of the rule that answers with this response (docs: the configuration in lab_fleet.cc).
  void detect(const std::string& response, const Server& server, const nlohmann::json& more);
  void detect_process(const std::string& response, const Server& server, std::int32_t pid);

  /// The command line on the manager, as a person. Throws unless it succeeds.
  std::string riposte(const std::string& person, std::vector<std::string> arguments) const;
  std::vector<nlohmann::json> actions() const;
  /// The newest action of this type on this host.
  std::optional<nlohmann::json> action(const std::string& type, const Server& server) const;
  /// Waits until it is in this state and verification; the action's id.
  std::string await(const std::string& type, const Server& server, const std::string& state,
                    const std::string& verification = "passed") const;
  /// A person takes the action back, a second one approves where that is asked for.
  void undo(const std::string& id) const;

  /// A process on the server; its number there.
  static std::int32_t sleeper(const Server& server);
  /// 'S', 'T'; '-': there is none.
  static char state_of(const Server& server, std::int32_t pid);
  /// How often every action was begun there, by the journal, which nobody may have open. What was disowned
  /// had no effect, and its next attempt has a start of its own.
  static std::map<std::string, int> starts_on(const Server& server);
  std::filesystem::path at(const std::string& name) const { return folder_.path() / name; }
  /// The end of every log.
  std::string logs() const;
  /// What the logs say of one action.
  std::string lines_about(const std::string& action) const;

  const TemporaryDirectory folder_;
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
  void write_rules() const;
  void write_host_files(const Server& server) const;
  std::vector<std::filesystem::path> log_files() const;
  /// Makes the person's token; its hash.
  std::string token_of(const std::string& person) const;
  /// Throws, naming what did not come about in time.
  void insist(const std::string& what, const std::function<bool()>& condition) const;
  const std::string url_;
  std::unique_ptr<Feed> feed_;
  int detections_ = 0;
};

}  // namespace riposte::test
