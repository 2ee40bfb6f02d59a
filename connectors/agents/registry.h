/// Every host that was ever enrolled, in a file of its own: readable without the engine.
///
/// Threads: any. What changes an entry waits for the disk; what reads one never does.
/// Limits:  kAgentsMax entries. A file that does not decode is left where it is, and its host stays out.
/// Owns:    the directory.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "connectors/agents/channel.h"

namespace riposte::agents {

class Registry {
 public:
  static constexpr std::size_t kAgentsMax = 10'000;

  /// Errors: unavailable, invalid (more files than kAgentsMax).
  static Result<std::unique_ptr<Registry>> open(const std::filesystem::path& directory);

  std::optional<AgentEntry> find(const std::string& machine_id) const;
  /// Whose certificate this is; nobody's, when the host is revoked or was certified anew.
  std::optional<AgentEntry> find_certificate(const std::string& fingerprint) const;
  /// In the order of machine ids.
  std::vector<AgentEntry> list() const;

  /// Whether enrol() would take the host. Errors: conflict (another host has the name), corrupt (the host's
  /// file does not decode), unavailable (full).
  Result<void> check_admission(const std::string& machine_id, const std::string& name) const;
  /// A known host gets the next enrolment number and loses its old certificate. Errors: as check_admission(),
  /// and unavailable (disk).
  Result<AgentEntry> enrol(AgentEntry entry);
  /// Errors: not_found, conflict (it is already), unavailable.
  Result<void> revoke(const std::string& machine_id, const std::string& by, const std::string& comment,
                      WallTime now);
  /// A certificate that the host may show from now on, beside the one that it has. Errors: denied (it is
  /// revoked or unknown), unavailable.
  Result<void> offer_certificate(const std::string& machine_id, const std::string& fingerprint);
  /// The host has shown it: any older one counts no more. Nothing happens when it is the current one.
  Result<void> take_up_certificate(const std::string& machine_id, const std::string& fingerprint);
  /// Errors: not_found, unavailable.
  Result<void> acknowledge(const std::string& machine_id, const std::string& journal_id,
                           std::uint64_t journal_sequence);

  /// Called when a host was revoked or enrolled anew; replaces who was called before, and returns when that
  /// one is called no more. Must neither block nor come back here.
  void on_change(std::function<void(const std::string& machine_id)> watch);

 private:
  explicit Registry(std::filesystem::path directory) : directory_(std::move(directory)) {}
  void load(const std::filesystem::path& path);
  std::filesystem::path path_of(const std::string& machine_id) const;
  Result<void> store(const AgentEntry& entry);
  void keep(const AgentEntry& entry);
  void tell(const std::string& machine_id);

  const std::filesystem::path directory_;
  std::mutex writing_;        ///< taken before mutex_
  mutable std::mutex mutex_;  ///< guards the maps
  std::map<std::string, AgentEntry> entries_;
  std::map<std::string, std::string> machine_of_;  ///< by fingerprint
  std::set<std::string> damaged_;                  ///< machine ids
  std::mutex watching_;
  std::function<void(const std::string&)> watch_;
};

}  // namespace riposte::agents
