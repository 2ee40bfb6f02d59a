/// One legal move of an action, put together piece by piece. Only step() and its parts use it.
#pragma once

#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/error.h"
#include "engine/lifecycle/step.h"

namespace riposte {

inline const Actor kEngineActor{Actor::Kind::engine, ""};

/// Assembles the result of a move; asserts that the table allows it.
class Move {
 public:
  Move(const Action& before, WallTime now) : before_(before), after_(before), now_(now) {
    after_.updated_at = now;
  }

  Move& to(State state) {
    legal_ = legal_ && may_move(before_.state, state);
    after_.state = state;
    return *this;
  }
  Move& because(Reason reason) {
    after_.reason = reason;
    return *this;
  }
  Move& saying(std::string detail) {
    after_.detail = std::move(detail);
    return *this;
  }
  Move& due(std::optional<WallTime> due_at) {
    after_.due_at = due_at;
    return *this;
  }
  Action& action() { return after_; }

  Result<Step> by(Actor actor, std::string_view event, std::vector<Effect> effects = {}) {
    if (!legal_) std::abort();  // a bug in this room: the table and the code disagree
    if (is_closed(after_)) after_.held = false;
    Step step{after_,
              std::move(effects),
              audit_of(&before_, after_, std::move(actor), std::string(event), now_),
              {}};
    return step;
  }

 private:
  const Action& before_;
  Action after_;
  WallTime now_;
  bool legal_ = true;
};

inline Step unchanged(const Action& action) { return {action, {}, {}, {}}; }

}  // namespace riposte
