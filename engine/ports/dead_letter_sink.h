/// The place for input that cannot be used.
#pragma once

#include <span>

#include "engine/lifecycle/commit.h"

namespace riposte {

/// Delivers at least once: after a crash a letter may come again, with the same stream and offset.
/// Threads: one.
class DeadLetterSink {
 public:
  virtual ~DeadLetterSink() = default;
  /// When it returns, all of them are safe there. Errors: unavailable (try again; nothing is lost meanwhile).
  virtual Result<void> deliver(std::span<const DeadLetter> letters) = 0;
};

}  // namespace riposte
