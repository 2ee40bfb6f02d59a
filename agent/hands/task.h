/// Something that a child of the privileged program does: which lane it takes, how long it may last.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/order/order.h"

namespace riposte::agent {

inline constexpr Duration kProcessDeadline = std::chrono::seconds(5);  ///< and the patience that is ordered
inline constexpr Duration kFilterDeadline = std::chrono::seconds(10);
inline constexpr Duration kFileDeadline = std::chrono::seconds(120);  ///< 2 GiB are read and written
inline constexpr Duration kLookDeadline = std::chrono::seconds(10);   ///< of what changes nothing

enum class TaskKind : std::uint8_t {
  carry_out,
  probe,      ///< what became of an order whose end is not known
  verify,     ///< is the world as it was ordered?
  take_back,  ///< effects whose time is over
  mend,       ///< the packet filters, as they should be
  sweep,      ///< the vault, of what a crash left and of what was kept long enough
};

/// What of a host a verb works on: decides the lane, the deadline and the privileges.
enum class Realm : std::uint8_t { process, filter, files };
Realm realm_of(order::Verb verb);

struct Task {
  TaskKind kind = TaskKind::carry_out;
  std::optional<order::Order> order;  ///< that is answered; none where nobody asked
  std::vector<ActionId> lifted{};     ///< by take_back, or by an inverse order when it has succeeded
  Realm realm = Realm::filter;
  std::string lane;  ///< two tasks of one lane are never under way at once

  /// Carries this attempt or a later one out, or asks what became of it.
  bool is_attempt(const ActionId& action, std::uint32_t attempt) const {
    const bool about_order = kind == TaskKind::carry_out || kind == TaskKind::probe;
    return about_order && order->action == action && order->attempt >= attempt;
  }
  /// Somebody asked, and nothing is to change.
  bool is_look() const { return kind == TaskKind::verify || kind == TaskKind::probe; }

  static Task of(TaskKind kind, const order::Order& order);
  static Task taking_back(std::vector<ActionId> actions, const order::Order& made_by);
  static Task mending();
  static Task sweeping();
};

Duration deadline_of(const Task& task);
/// "file /srv/upload", "process 4711", "filter".
std::string lane_of(const order::Command& command);

}  // namespace riposte::agent
