/// The way to the enrolled hosts: whom it knows, whom it reaches, what they say.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/clock.h"
#include "engine/order/frame.h"
#include "engine/order/keys.h"
#include "engine/order/report.h"

namespace riposte::order {
struct Hello;
}

namespace riposte::agents {

/// One enrolled host.
struct AgentEntry {
  std::string machine_id;
  std::uint64_t enrolment = 0;  ///< rises when the host is enrolled anew
  std::string name;
  std::vector<std::string> aliases;
  order::PublicKey report_key{};
  std::string certificate_fingerprint;
  WallTime enrolled_at;
  std::optional<WallTime> revoked_at;
  std::string revoked_by;
  std::string comment;
  std::string journal_id;
  std::uint64_t journal_sequence = 0;  ///< the last that the engine acknowledged
  std::string next_fingerprint;        ///< of a certificate that was made and not shown yet; empty: none
  bool operator==(const AgentEntry&) const = default;
};

/// By name, alias or machine id, in whatever case.
bool is_called(const AgentEntry& entry, const std::string& name);

class Channel {
 public:
  virtual ~Channel() = default;
  /// Threads: any.
  virtual bool is_connected(const std::string& machine_id) const = 0;
  /// False: not connected or its outbox is full; nothing was sent. Threads: any.
  virtual bool send(const std::string& machine_id, order::Frame frame) = 0;
};

/// Called from the channel's thread; none may block.
struct ChannelEvents {
  std::function<void(const AgentEntry&, const order::Hello&)> connected;
  std::function<void(const std::string& machine_id)> lost;
  std::function<void(const std::string& machine_id, order::SignedReport)> report;  ///< not yet checked
};

}  // namespace riposte::agents
