/// What a service manager or a person at the terminal asks of the process by signals.
///
/// Threads: made before any other thread, so that all of them inherit what it blocks; take() from one.
#pragma once

#include <cstdint>
#include <optional>

#include <signal.h>

namespace riposte {

class Signals {
 public:
  enum class Wish : std::uint8_t { end, reload };

  /// From now on SIGINT and SIGTERM (end) and SIGHUP (reload) wait to be taken; SIGPIPE is ignored.
  Signals();

  /// One that has come, if any. Never waits.
  std::optional<Wish> take();

 private:
  sigset_t awaited_{};
};

}  // namespace riposte
