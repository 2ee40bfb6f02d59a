/// An engine's end of the channel and the simulated agents that are connected to it over loopback.
///
/// Threads: one calls; the channel and the agents have one each.
/// Errors:  throws std::runtime_error.
/// Limits:  two open files for every agent.
#pragma once

#include <memory>

#include "bench/order_tally.h"
#include "bench/simulated_agents.h"
#include "connectors/agents/router.h"
#include "connectors/agents/server.h"
#include "engine/pipeline/remote_track.h"
#include "tests/support/temporary_directory.h"

namespace riposte::bench {

/// Declared first, destroyed last: the agents go before the engine.
class LoopbackFleet {
 public:
  /// Returns when all are connected.
  explicit LoopbackFleet(std::size_t agents);

  /// Gives so many orders to the hosts in turn, as many at once as the pipeline does, until all are answered.
  void give(std::size_t orders);
  /// What is signed and opened for so many orders of one host, and nothing else.
  void sign_and_open(std::size_t orders);
  /// Throws unless every order so far was carried out once and answered once, with success.
  void check() const;

 private:
  std::vector<std::unique_ptr<SimulatedHost>> enrol(std::size_t count);
  std::unique_ptr<agents::AgentServer> start_server();
  void await_connected();
  void await_beyond(std::size_t answers);
  void give_next();
  Seat await_seat(const Action& action);

  const std::size_t agents_;
  const test::TemporaryDirectory directory_;
  SystemClock clock_;
  Metrics metrics_;
  agents::FleetKeys keys_;
  const std::unique_ptr<agents::Registry> registry_;
  agents::EnrolmentTokens tokens_;
  OrderTally tally_;
  SimulatedHost alone_;  ///< never connected
  agents::Router router_;
  RemoteTrack track_;
  std::unique_ptr<agents::AgentServer> server_;
  std::unique_ptr<SimulatedAgents> simulated_;
};

}  // namespace riposte::bench
