#include "agent/hands/lanes.h"

#include <algorithm>

namespace riposte::agent {
namespace {

bool is_slow(const Task& task) { return task.realm == Realm::files; }

}  // namespace

bool Lanes::may_begin(const Task& task) const {
  return running_.size() < kChildrenMax && !busy_.contains(task.lane) &&
         (!is_slow(task) || slow_ < kSlowChildrenMax);
}

std::optional<Lanes::Row> Lanes::next(bool may_look) {
  // Those of one lane are of one kind, so the first that may begin overtakes nobody in its lane but looks.
  const auto first = std::ranges::find_if(
      waiting_, [&](const Row& row) { return may_begin(row.task) && (may_look || !row.task.is_look()); });
  if (first == waiting_.end()) return {};
  Row row = std::move(*first);
  waiting_.erase(first);
  busy_.insert(row.task.lane);
  slow_ += is_slow(row.task) ? 1 : 0;
  running_.emplace(row.id, Running{row.task.lane, is_slow(row.task)});
  return row;
}

void Lanes::end(TaskId id) {
  const auto found = running_.find(id);
  if (found == running_.end()) return;
  busy_.erase(found->second.lane);
  slow_ -= found->second.slow ? 1 : 0;
  running_.erase(found);
}

bool Lanes::awaits(const ActionId& action, order::Purpose purpose) const {
  return std::ranges::any_of(waiting_, [&](const Row& row) {
    return row.task.order && row.task.order->action == action && row.task.order->purpose == purpose;
  });
}

bool Lanes::awaits(const ActionId& action, std::uint32_t attempt) const {
  return std::ranges::any_of(waiting_, [&](const Row& row) { return row.task.is_attempt(action, attempt); });
}

bool Lanes::awaits(TaskKind kind) const {
  return std::ranges::any_of(waiting_, [kind](const Row& row) { return row.task.kind == kind; });
}

}  // namespace riposte::agent
