/// Commits as a worker makes them of cryptominer detections: actions new to the store, with audit and
/// position.
#pragma once

#include <cstdint>

#include "engine/lifecycle/commit.h"

namespace riposte::bench {

class CommitMaker {
 public:
  /// `actions` new actions, each with the audit record of its proposal, and the position behind them.
  Commit proposed(std::size_t actions);
  /// One action proposed and started in the same turn: what is durable before its executor is called.
  Commit started();

 private:
  Commit begin() const;
  const Action& add_proposed(Commit& commit);
  void record(Commit& commit, AuditRecord audit);

  std::uint64_t detections_ = 0;
  std::uint64_t audit_sequence_ = 0;
};

}  // namespace riposte::bench
