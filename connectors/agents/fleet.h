/// The engine's agents, put together: who is enrolled, how they are reached, what people may do about them.
///
/// Threads: any; two of its own (the channel's, and one that keeps what journals said).
/// Errors:  open(): invalid (keys, address), unavailable (the address is taken, the disk).
/// Owns:    <data>/fleet, exclusively, until destroyed.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "connectors/agents/enrolment_tokens.h"
#include "connectors/agents/fleet_keys.h"
#include "connectors/agents/fleet_options.h"
#include "connectors/agents/registry.h"
#include "connectors/agents/router.h"
#include "connectors/agents/server.h"
#include "engine/ports/fleet.h"
#include "engine/ports/records.h"

namespace riposte::agents {

/// Of the engine that the agents belong to. Borrowed.
struct FleetContext {
  std::filesystem::path data_directory;
  std::set<std::string> own_hosts;
  std::uint64_t epoch = 0;
  Records& records;
  Clock& clock;
  Metrics& metrics;
};

class AgentFleet final : public Fleet {
 public:
  /// Null without options: then there is nobody but the engine's own host.
  static Result<std::unique_ptr<AgentFleet>> open(const std::optional<FleetOptions>& options,
                                                  FleetContext context);
  ~AgentFleet() override;

  RemoteHands& hands() { return router_; }
  std::uint16_t port() const { return server_->port(); }

  Result<std::vector<AgentRow>> list(const Principal& who) override;
  Result<JoinToken> invite(const Principal& who, const std::string& name, Duration life) override;
  Result<AgentRow> revoke(const Principal& who, const std::string& agent,
                          const std::string& comment) override;
  Result<CarriedOrder> carry(const Principal& who, const ActionId& action) override;

  /// What hosts said of their journals is written down this often: a crash may forget the last of it.
  static constexpr std::chrono::seconds kJournalInterval{5};

 private:
  AgentFleet(const FleetOptions& options, FleetContext context, FleetKeys keys,
             std::unique_ptr<Registry> registry);
  static AgentRow row_of(const AgentEntry& entry, const Router::Presence& presence);
  Result<AgentEntry> only_one(const std::string& agent) const;
  void keep_journals(const std::stop_token& stop);

  const FleetContext context_;
  const FleetKeys keys_;
  const std::unique_ptr<Registry> registry_;
  EnrolmentTokens tokens_;
  Router router_;
  std::unique_ptr<AgentServer> server_;
  std::mutex keeping_;
  std::condition_variable_any woken_;
  std::jthread keeper_;
};

/// What the engine takes: null without a fleet.
inline RemoteHands* hands_of(AgentFleet* fleet) { return fleet == nullptr ? nullptr : &fleet->hands(); }

}  // namespace riposte::agents
