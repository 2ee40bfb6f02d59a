/// The privileged program while it runs: waits for frames, children and time, and lets the steward decide.
///
/// Threads: one, so that it may fork.
/// Errors:  those of Steward: the program is to end and start anew.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "agent/hands/children.h"
#include "agent/hands/door.h"
#include "agent/hands/steward.h"
#include "engine/base/signals.h"

namespace riposte::agent {

class Loop final : public World {
 public:
  struct Parts {
    Keeper keeper;
    Craft craft;
    Door door;
    std::string boot_id;
    std::function<Result<LocalPolicy>()> read_policy;  ///< anew, when a signal asks for it
    int lock;                                          ///< see Children
  };
  Loop(Parts parts, Clock& clock);

  /// Until a signal asks it to end; then until the children have ended.
  Result<void> run(Signals& signals);

  bool start(TaskId id, const Task& task, const Scene& scene) override;
  void go(TaskId id) override { children_.go(id); }
  void kill(TaskId id) override { children_.kill(id); }
  void send(const order::Frame& frame) override { door_.send(frame); }
  bool send_to_link(const order::Frame& frame) override { return door_.send_to_link(frame); }
  order::Nonce new_nonce() override { return order::new_seed(); }
  std::vector<std::int32_t> own() override;

 private:
  Instant now() const;
  void wait();
  void heed(Signals& signals);
  void reload();
  Result<void> hear_visitors();
  Result<void> take(Door::VisitorId visitor, const order::Frame& frame);
  Result<void> hear_children();

  const Craft craft_;
  Clock& clock_;
  std::string boot_id_;
  std::function<Result<LocalPolicy>()> read_policy_;
  bool ending_ = false;
  Door door_;
  Children children_;
  Steward steward_;
};

}  // namespace riposte::agent
