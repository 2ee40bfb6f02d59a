/// The agent's network part: carries frames between the engine and the hands, and looks at none.
///
/// It talks to an engine only while the hands answer, and tells them of every new connection by passing
/// the engine's welcome on. What it carries is signed by others: whoever takes it over can delay and drop.
/// Threads: one, that of run().
/// Limits:  256 frames each way; where the reader is slower than that, the engine's connection is ended, and
///          both sides send again what was not acknowledged.
/// Source:  docs/decisions/025-agent-channel.md
#pragma once

#include <chrono>
#include <filesystem>

#include "engine/base/clock.h"
#include "engine/base/error.h"

namespace riposte::agent {

struct LinkOptions {
  std::filesystem::path state;
  std::filesystem::path socket;  ///< of the hands
  std::chrono::milliseconds ping_interval{15'000};
  std::chrono::milliseconds silence_max{45'000};
  std::chrono::milliseconds hands_ping_interval{5'000};
  /// The hands answer a ping at once, whatever they carry out: who does not for so long stands still.
  std::chrono::milliseconds hands_silence_max{30'000};
  std::chrono::milliseconds connect_wait{10'000};  ///< until the handshake is done
  std::chrono::milliseconds backoff_least{1'000};
  std::chrono::milliseconds backoff_most{60'000};
};

/// Until SIGTERM or SIGINT. Errors: denied (the engine says that this host is not one of its fleet any more),
/// and what read_credentials(), read_engines() and read_identity() say at the start; nothing else ends it.
Result<void> run_link(const LinkOptions& options, Clock& clock);

}  // namespace riposte::agent
