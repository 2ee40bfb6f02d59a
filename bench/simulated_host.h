/// An enrolled host with nothing behind it: it says hello and reports that every order went well.
///
/// Threads: one at a time.
#pragma once

#include <cstdint>
#include <string>

#include "connectors/agents/fleet_keys.h"
#include "connectors/agents/registry.h"
#include "engine/order/frame.h"
#include "engine/order/report.h"
#include "engine/tls/context.h"

namespace riposte::bench {

/// How hosts are called: the same number is the same host.
std::string name_of_host(std::uint64_t number);

class SimulatedHost {
 public:
  /// Makes its keys, has them certified and enters it into the registry. Throws where that fails.
  SimulatedHost(const agents::FleetKeys& keys, agents::Registry& registry, Clock& clock,
                std::uint64_t number);

  const std::string& machine_id() const { return entry_.machine_id; }
  /// For its end of a connection.
  const tls::Context& context() const { return context_; }

  /// The answer to an engine's welcome.
  Result<order::Frame> hello(const order::Frame& welcome);
  /// Believes what its engine has signed for it, and nothing else. Errors: invalid, denied.
  Result<order::Order> open(const order::Frame& frame);
  Result<order::Frame> report(const order::Order& order);

 private:
  Clock& clock_;
  const std::string fleet_;
  const order::SigningKey report_key_;
  const order::KeyRing believed_;
  agents::AgentEntry entry_;
  tls::Context context_;
  std::uint64_t journal_sequence_ = 1;
};

}  // namespace riposte::bench
