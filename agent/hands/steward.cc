#include "agent/hands/steward.h"

#include <algorithm>

#include "engine/base/crash_point.h"
#include "engine/base/log.h"

namespace riposte::agent {
namespace {

using order::DeedResult;
using order::Purpose;
using order::Standing;

/// In flight until its child has ended, which is sooner.
constexpr Duration kInFlight = std::chrono::hours(1);

void log_ruling(const Judgement& judgement) {
  const order::Order& order = *judgement.order;
  log::info("order", {{"action", order.action.value()},
                      {"command", text_of(order.command)},
                      {"purpose", static_cast<std::int64_t>(order.purpose)},
                      {"ruling", std::string(name_of(judgement.ruling))},
                      {"detail", judgement.result.detail}});
}

}  // namespace

Result<void> Steward::begin(const Instant& now) {
  TRY(compact());
  lanes_.push(next_id_++, Task::mending());
  lanes_.push(next_id_++, Task::sweeping());
  mend_at_ = now.since_boot + kDriftPeriod;
  sweep_at_ = now.since_boot + kSweepPeriod;
  for (const auto& [action, known] : keeper_.ledger().known())
    if (!known.done || is_open(known.done->result.word))
      lanes_.push(next_id_++, Task::of(TaskKind::probe, known.started.order));
  return begin_waiting(now);
}

Result<void> Steward::adopt(LocalPolicy policy, const Instant& now) {
  if (policy.management.empty() && !keeper_.ledger().holdings().owners_of(kIsolation).empty())
    return fail(
        Errc::conflict,
        "'management' is empty, and this host is isolated, so nothing would ever reach it again; name "
        "the engine's address there, or end the isolation first");
  keeper_.adopt(std::move(policy), now);
  // The management of an isolation is the policy's: it is laid down anew at once.
  mend_at_ = now.since_boot;
  return {};
}

/// A full disk is no reason to end: the longer journal is as good.
Result<void> Steward::compact() {
  const auto compacted = keeper_.compact();
  if (compacted || compacted.error().code != Errc::unavailable) return compacted;
  log::warning("the journal could not be shortened", {{"why", compacted.error().text()}});
  return {};
}

bool Steward::may_check(const Instant& now) {
  begin_second(now);
  return ++checks_ <= kChecksPerSecond;
}

void Steward::begin_second(const Instant& now) {
  const auto second = std::chrono::floor<std::chrono::seconds>(now.since_boot);
  if (second == second_) return;
  second_ = second;
  checks_ = looks_ = lines_ = 0;
  if (unsaid_ > 0) log::warning("lines about orders were left out", {{"count", std::int64_t{unsaid_}}});
  unsaid_ = 0;
}

bool Steward::may_say(const Instant& now) {
  begin_second(now);
  const bool said = lines_ < kLinesPerSecond;
  ++(said ? lines_ : unsaid_);
  return said;
}

Result<void> Steward::take_order(std::string_view body, const Instant& now) {
  crash_point("agent.after_recv");
  const bool is_logged = may_say(now);
  const auto sealed = order::decode_signed<order::Domain::order>(body);
  if (!sealed) {
    if (is_logged) log::warning("what came as an order is none", {{"why", sealed.error().text()}});
    return {};
  }
  const Judgement judgement = keeper_.judge(*sealed, now);
  if (!judgement.order) {
    if (is_logged) log::warning("an order was dismissed", {{"why", judgement.result.detail}});
    return {};
  }
  if (is_logged) log_ruling(judgement);
  TRY(obey(judgement, now));
  return begin_waiting(now);
}

Result<void> Steward::obey(const Judgement& judgement, const Instant& now) {
  const order::Order& order = *judgement.order;
  // A copy: whatever it would come to by itself, it must not decide about the one that is in hand.
  if (order.purpose == Purpose::carry_out && is_copy(order)) return {};
  const auto recorded = keeper_.record(judgement.record);
  if (!recorded && recorded.error().code != Errc::unavailable) return recorded;
  if (order.purpose == Purpose::acknowledge) return {};
  if (!recorded) {
    reply(order, {{ResultWord::error, "journal full", {}}}, now);
    return {};
  }
  if (judgement.ruling == Ruling::run) return queue(TaskKind::carry_out, order, now);
  if (judgement.ruling == Ruling::examine)
    return queue(order.purpose == Purpose::verify ? TaskKind::verify : TaskKind::probe, order, now);
  reply(order,
        {judgement.result, judgement.standing, order::Finding::none, judgement.ruling == Ruling::answer},
        now);
  return {};
}

bool Steward::is_under_way(const ActionId& action) const {
  return std::ranges::any_of(active_, [&](const auto& row) {
    const Task& task = row.second.task;
    return task.order && task.order->action == action && task.kind != TaskKind::verify;
  });
}

/// A later attempt is none: the engine was told that the earlier one never runs.
bool Steward::is_copy(const order::Order& order) const {
  return lanes_.awaits(order.action, order.attempt) || std::ranges::any_of(active_, [&](const auto& row) {
           return row.second.task.is_attempt(order.action, order.attempt);
         });
}

Result<void> Steward::queue(TaskKind kind, const order::Order& order, const Instant& now) {
  const bool looks = kind != TaskKind::carry_out;
  if (closing_ || (looks && lanes_.awaits(order.action, order.purpose))) return {};
  if (kind == TaskKind::probe && is_under_way(order.action)) {
    reply(order, {{ResultWord::unknown, "it is under way", {}}, Standing::started}, now);
    return {};
  }
  if (lanes_.is_full()) {
    reply(order, {{ResultWord::error, "too many orders wait on this host; give it again later", {}}}, now);
    return {};
  }
  if (!looks) keeper_.count(order::verb_of(order.command), now);
  lanes_.push(next_id_++, Task::of(kind, order));
  return {};
}

/// Orders to look, repeated, must not keep this host busy: beyond so many they wait for the next second.
Result<void> Steward::begin_waiting(const Instant& now) {
  begin_second(now);
  while (auto row = lanes_.next(looks_ < kLooksPerSecond)) {
    if (row->task.is_look()) ++looks_;
    TRY(begin_task(row->id, std::move(row->task), now));
  }
  return {};
}

/// What has changed since the order was judged.
std::optional<DeedResult> Steward::obstacle_to(const order::Order& order, const Instant& now) const {
  const Ledger& ledger = keeper_.ledger();
  if (ledger.is_disowned(order.action, order.attempt))
    return DeedResult{ResultWord::error, "cancelled while it waited", {}};
  if (ledger.corrected(now.wall) >= order.expires_at)
    return DeedResult{ResultWord::error, "expired while it waited", {}};
  if (order.fence.epoch < ledger.epoch_of(order.fence.shard))
    return DeedResult{ResultWord::error, "stale: its engine lost the shard while it waited", {}};
  return {};
}

/// By an earlier attempt that was begun when this one was judged.
bool Steward::has_ended_meanwhile(TaskId id, const Instant& now) {
  const order::Order& order = *active_.at(id).task.order;
  const Ledger::Known* known = keeper_.ledger().find(order.action);
  if (known == nullptr) return false;
  if (known->done)
    reply(order, {known->done->result, Standing::ended, order::Finding::none, true}, now);
  else
    reply(order, {{ResultWord::unknown, "an earlier attempt was begun", {}}, Standing::started}, now);
  return true;
}

Result<void> Steward::begin_task(TaskId id, Task task, const Instant& now) {
  Active& active = active_.emplace(id, Active{.task = std::move(task)}).first->second;
  const auto& order = active.task.order;
  if (order && active.task.kind != TaskKind::verify) active.task.lifted = keeper_.ledger().lifted_by(*order);
  if (active.task.kind != TaskKind::carry_out)
    return start_child(id, active, active.task, Stage::acting, now);
  if (has_ended_meanwhile(id, now)) return finish(id);
  if (auto obstacle = obstacle_to(*order, now)) return withdraw(id, *std::move(obstacle), now);
  if (!needs_proof(*order)) return start_child(id, active, active.task, Stage::looking, now);
  if (ask(active, Stage::asking, kPongWait, now)) return {};
  return withdraw(id, {ResultWord::error, "channel: this host is not connected; nothing was done", {}}, now);
}

Result<void> Steward::start_child(TaskId id, Active& active, const Task& task, Stage stage,
                                  const Instant& now) {
  active.stage = stage;
  active.killed = false;
  active.until = now.since_boot + deadline_of(task);
  if (world_.start(id, task, Scene{keeper_.policy(), keeper_.ledger(), world_.own(), now})) return {};
  log::error("no process to be had", {{"lane", task.lane}});
  return take_end(id, {}, now);
}

Result<void> Steward::take_plan(TaskId id, std::string plan, const Instant& now) {
  const auto found = active_.find(id);
  if (found == active_.end() || found->second.stage != Stage::looking || found->second.killed) return {};
  Active& active = found->second;
  const auto stop = [&](DeedResult why) {
    active.result = std::move(why);
    active.killed = true;
    world_.kill(id);
    return Result<void>{};
  };
  if (auto obstacle = obstacle_to(*active.task.order, now)) return stop(*std::move(obstacle));
  if (plan.size() > kPlanBytesMax) return stop({ResultWord::error, "the plan is too long to be kept", {}});
  const Entry entry = keeper_.start_of(*active.task.order, std::move(plan), now);
  const auto recorded = keeper_.record({&entry, 1});
  if (!recorded && recorded.error().code == Errc::unavailable)
    return stop({ResultWord::error, "journal full", {}});
  if (!recorded) return recorded;
  crash_point("agent.after_started_fsync");
  active.stage = Stage::acting;
  world_.go(id);
  return {};
}

Result<void> Steward::tick(const Instant& now) {
  std::vector<TaskId> late;
  for (const auto& [id, active] : active_)
    if (now.since_boot >= active.until && !active.killed) late.push_back(id);
  for (const TaskId id : late) TRY(time_out(id, active_.at(id), now));
  if (owed_at_ && now.since_boot >= *owed_at_) send_owed(now);
  take_back_what_is_due(now);
  if (!closing_ && (!mend_at_ || now.since_boot >= *mend_at_) && !lanes_.awaits(TaskKind::mend)) {
    mend_at_ = now.since_boot + kDriftPeriod;
    lanes_.push(next_id_++, Task::mending());
    TRY(compact());
  }
  if (!closing_ && now.since_boot >= sweep_at_ && !lanes_.awaits(TaskKind::sweep)) {
    sweep_at_ = now.since_boot + kSweepPeriod;
    lanes_.push(next_id_++, Task::sweeping());
  }
  return begin_waiting(now);
}

Result<void> Steward::time_out(TaskId id, Active& active, const Instant& now) {
  switch (active.stage) {
    case Stage::asking:
      if (active.task.kind == TaskKind::verify) return channel_is_silent(id, active, now);
      return withdraw(id, {ResultWord::error, "channel: the engine did not answer; nothing was done", {}},
                      now);
    case Stage::reconnecting:
    case Stage::asking_again:
      return roll_back(id, active, now);
    default:
      active.killed = true;
      world_.kill(id);
      return {};
  }
}

void Steward::take_back_what_is_due(const Instant& now) {
  if (closing_) return;
  const Ledger& ledger = keeper_.ledger();
  std::map<std::string, std::vector<ActionId>> by_lane;
  for (const ActionId& action : ledger.holdings().due(now)) {
    const auto waits = not_before_.find(action);
    if ((waits != not_before_.end() && now.since_boot < waits->second) || is_under_way(action)) continue;
    not_before_[action] = now.since_boot + kInFlight;
    by_lane[lane_of(ledger.find(action)->started.order.command)].push_back(action);
  }
  for (auto& [lane, actions] : by_lane) {
    const order::Order& order = ledger.find(actions.front())->started.order;
    lanes_.push(next_id_++, Task::taking_back(std::move(actions), order));
  }
}

void Steward::close() {
  closing_ = true;
  lanes_.drop_waiting();
}

void Steward::reply(const order::Order& order, Keeper::Answer answer, const Instant& now) {
  const order::Frame frame = keeper_.report(order, std::move(answer), now);
  crash_point("agent.before_reply");
  world_.send(frame);
}

}  // namespace riposte::agent
