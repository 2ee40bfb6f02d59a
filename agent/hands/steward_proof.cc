#include <algorithm>

#include "agent/hands/steward.h"
#include "engine/base/log.h"
#include "engine/base/printable.h"

namespace riposte::agent {

bool Steward::needs_proof(const order::Order& order) const {
  return keeper_.policy().require_channel_proof && std::holds_alternative<order::IsolateHost>(order.command);
}

/// False: there is nobody to carry the question.
bool Steward::ask(Active& active, Stage stage, Duration wait, const Instant& now) {
  active.stage = stage;
  active.until = now.since_boot + wait;
  active.asked = world_.new_nonce();
  return world_.send_to_link({order::FrameType::ping, order::encode(active.asked)});
}

/// An old connection may outlive what lets no new one through, so the proof is a new one.
void Steward::prove(Active& active, Duration wait, const Instant& now) {
  active.stage = Stage::reconnecting;
  active.until = now.since_boot + wait;
  active.killed = false;
  // After a start nobody has brought a welcome yet by which to know the network program.
  world_.send({order::FrameType::reconnect, ""});
}

void Steward::greet() {
  const bool waits =
      std::ranges::any_of(active_, [](const auto& row) { return row.second.stage == Stage::reconnecting; });
  if (waits) world_.send({order::FrameType::reconnect, ""});
}

Result<void> Steward::take_welcome(std::string_view body, const Instant& now) {
  const auto welcome = order::decode_welcome(body);
  if (!welcome || welcome->fleet != keeper_.host().fleet) {
    log::warning("a welcome that is not for this host",
                 {{"why", welcome ? "for fleet " + printable(welcome->fleet) : welcome.error().text()}});
    return {};
  }
  world_.send_to_link(keeper_.hello(welcome->nonce, now));
  owed_at_ = std::max(now.since_boot, last_owed_ + kOwedPeriod);
  if (now.since_boot >= *owed_at_) send_owed(now);
  for (auto& [id, active] : active_) {
    if (active.stage != Stage::reconnecting && active.stage != Stage::asking_again) continue;
    ask(active, Stage::asking_again, active.until - now.since_boot, now);
  }
  return {};
}

/// To sign them all for every welcome of a flood would cost more than it brings.
void Steward::send_owed(const Instant& now) {
  owed_at_.reset();
  last_owed_ = now.since_boot;
  for (const order::Frame& report : keeper_.owed_reports(now)) world_.send_to_link(report);
}

Result<void> Steward::take_pong(std::string_view body, const Instant& now) {
  std::vector<TaskId> answered;
  for (const auto& [id, active] : active_) {
    if (active.stage != Stage::asking && active.stage != Stage::asking_again) continue;
    const auto right = keeper_.check_pong(body, active.asked, now);
    if (right)
      answered.push_back(id);
    else
      log::debug("a pong that answers nothing", {{"why", right.error().text()}});
  }
  for (const TaskId id : answered) {
    Active& active = active_.at(id);
    if (active.task.kind == TaskKind::verify)
      TRY(answer_verify(id, now));
    else if (active.stage == Stage::asking)
      TRY(start_child(id, active, active.task, Stage::looking, now));
    else
      TRY(conclude(id, active.result, now));
  }
  return begin_waiting(now);
}

Result<void> Steward::roll_back(TaskId id, Active& active, const Instant& now) {
  active.result = {ResultWord::error, "channel lost, rolled back", {}};
  const order::Order& order = *active.task.order;
  const Ledger::Known* known = keeper_.ledger().find(order.action);
  const order::Order& made_by = known == nullptr ? order : known->started.order;
  // A task of its own kind would end as one: the order that is rolled back has to be answered.
  active.task.kind = TaskKind::carry_out;
  return start_child(id, active, Task::taking_back({order.action}, made_by), Stage::rolling_back, now);
}

}  // namespace riposte::agent
