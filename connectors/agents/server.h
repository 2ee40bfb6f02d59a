/// The engine's end of the channel: a TLS server to which enrolled hosts connect.
///
/// Threads: one for all sockets, its own, which also calls the events; start() and stop() from one thread.
/// Errors:  start(): invalid (address, keys), unavailable (the address is taken).
/// Limits:  sessions_max hosts; kStrangersMax peers that have shown no certificate yet, and
///          kStrangersPerAddressMax of them from one address. More are not let in.
/// Source:  docs/decisions/025-agent-channel.md
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "connectors/agents/channel.h"
#include "connectors/agents/enrolment_tokens.h"
#include "connectors/agents/fleet_keys.h"
#include "connectors/agents/registry.h"
#include "engine/base/metrics.h"

namespace riposte::agents {

struct ServerOptions {
  std::string listen_address = "0.0.0.0";
  std::uint16_t port = 7443;  ///< 0: any free one
  std::size_t sessions_max = 4096;
  std::chrono::milliseconds handshake_wait{10'000};
  std::chrono::milliseconds hello_wait{10'000};
  std::chrono::milliseconds silence_max{45'000};  ///< without a word from a host
};

class AgentServer final : public Channel {
 public:
  static constexpr std::size_t kStrangersMax = 256;
  /// So that one machine cannot keep all others from being heard.
  static constexpr std::size_t kStrangersPerAddressMax = 32;

  /// Borrows everything but the options and events until destroyed. There is one server to a registry.
  static Result<std::unique_ptr<AgentServer>> start(ServerOptions options, const FleetKeys& keys,
                                                    Registry& registry, EnrolmentTokens& tokens, Clock& clock,
                                                    Metrics& metrics, ChannelEvents events);
  ~AgentServer() override;
  AgentServer(const AgentServer&) = delete;
  AgentServer& operator=(const AgentServer&) = delete;

  bool is_connected(const std::string& machine_id) const override;
  bool send(const std::string& machine_id, order::Frame frame) override;

  std::uint16_t port() const;
  /// Cuts every session. When it returns, no event is called any more.
  void stop();

 private:
  struct Body;
  explicit AgentServer(std::unique_ptr<Body> body);
  std::unique_ptr<Body> body_;
};

}  // namespace riposte::agents
