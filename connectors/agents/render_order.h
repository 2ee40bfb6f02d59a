/// An action as an order that its host understands. The only place where parameters of actions become
/// parameters of orders.
#pragma once

#include "engine/lifecycle/action.h"
#include "engine/order/order.h"

namespace riposte::agents {

/// Whether hosts have a verb for it.
bool is_for_hosts(ActionType type);

/// Errors: invalid (no host has a verb for it; a parameter is missing, of another kind or out of its bounds),
/// with the parameter's name.
Result<order::Command> command_of(const ActionRequest& request);

/// To whom and how long an order is good.
struct Addressee {
  std::string fleet;
  std::string machine_id;
  std::uint64_t enrolment = 0;
  order::Fence fence;
  WallTime issued_at;
  WallTime expires_at;
};

/// Errors: invalid, as command_of(), and what no host would take.
Result<order::Order> render_order(const Action& action, order::Purpose purpose, const Addressee& to);

}  // namespace riposte::agents
