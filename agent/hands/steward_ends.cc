#include <algorithm>
#include <array>

#include "agent/hands/child_talk.h"
#include "agent/hands/steward.h"
#include "engine/base/crash_point.h"
#include "engine/base/log.h"

namespace riposte::agent {

using order::DeedResult;
using order::Standing;

namespace {

/// And the program that began it is gone: a living one has an end for each of its own. An isolation without
/// effect may be one that was just taken back.
bool had_no_effect(const Ledger::Known& known, const DeedResult& seen) {
  return !known.done && seen.word == ResultWord::error &&
         !std::holds_alternative<order::IsolateHost>(known.started.order.command);
}

}  // namespace

Result<void> Steward::take_end(TaskId id, std::optional<Ending> ending, const Instant& now) {
  const auto found = active_.find(id);
  if (found == active_.end()) return {};
  Active& active = found->second;
  switch (active.task.kind) {
    case TaskKind::carry_out:
      TRY(end_of_order(id, active, std::move(ending), now));
      break;
    case TaskKind::probe:
      TRY(probed(id, active, ending, now));
      break;
    case TaskKind::verify:
      TRY(verified(id, active, ending, now));
      break;
    case TaskKind::take_back:
      TRY(released(id, active, ending, now));
      break;
    case TaskKind::mend:
      TRY(mended(id, ending));
      break;
    case TaskKind::sweep:
      TRY(swept(id, ending, now));
      break;
  }
  return begin_waiting(now);
}

Result<void> Steward::end_of_order(TaskId id, Active& active, std::optional<Ending> ending,
                                   const Instant& now) {
  if (active.stage == Stage::finding_out) return found_out(id, active, ending, now);
  if (active.stage == Stage::acting) return end_of_act(id, active, std::move(ending), now);
  if (active.stage == Stage::rolling_back) {
    if (!ending || is_open(ending->result.word) || ending->result.word == ResultWord::error)
      active.result.detail = "channel lost; rolling back failed, and is tried again every 10 seconds";
    return conclude(id, active.result, now);
  }
  if (ending && !active.killed) return conclude_unstarted(id, std::move(ending->result), now);
  if (active.result.detail.empty())
    active.result = {
        ResultWord::error,
        active.killed ? "too slow in looking; nothing was done" : "ended while looking; nothing was done",
        {}};
  return withdraw(id, active.result, now);
}

Result<void> Steward::end_of_act(TaskId id, Active& active, std::optional<Ending> ending,
                                 const Instant& now) {
  crash_point("agent.after_effect");
  if (!ending) return find_out(id, active, now);
  active.result = std::move(ending->result);
  return conclude_or_prove(id, active, *active.task.order, kProofWait, now);
}

/// A success that has to be proven is not told before it is.
Result<void> Steward::conclude_or_prove(TaskId id, Active& active, const order::Order& begun, Duration wait,
                                        const Instant& now) {
  if (!is_success(active.result.word) || !needs_proof(begun)) return conclude(id, active.result, now);
  prove(active, wait, now);
  return {};
}

Result<void> Steward::find_out(TaskId id, Active& active, const Instant& now) {
  active.result = active.killed
                      ? DeedResult{ResultWord::timeout, "it did not end in time, and was ended", {}}
                      : DeedResult{ResultWord::unknown, "it ended without saying what it had done", {}};
  return start_child(id, active, Task::of(TaskKind::probe, *active.task.order), Stage::finding_out, now);
}

Result<void> Steward::found_out(TaskId id, Active& active, const std::optional<Ending>& ending,
                                const Instant& now) {
  const std::string how = active.result.detail;
  if (ending && !is_open(ending->result.word)) active.result = ending->result;
  if (ending) active.result.detail = how + "; " + ending->result.detail;
  return conclude_or_prove(id, active, *active.task.order, kProofWait, now);
}

Result<void> Steward::probed(TaskId id, Active& active, const std::optional<Ending>& ending,
                             const Instant& now) {
  active.result =
      ending ? ending->result
             : DeedResult{ResultWord::unknown, "started before; what became of it could not be seen", {}};
  const Ledger::Known* known = keeper_.ledger().find(active.task.order->action);
  if (known == nullptr) return answer_disowned(id, now);
  if (had_no_effect(*known, active.result)) return disown(id, active.result, known->started.order, now);
  const bool is_news = !known->done || !is_open(active.result.word);
  if (!is_news) return finish(id);
  return conclude_or_prove(id, active, known->started.order, kProofWaitAfterStart, now);
}

Result<void> Steward::verified(TaskId id, Active& active, const std::optional<Ending>& ending,
                               const Instant& now) {
  active.result =
      ending ? ending->result : DeedResult{ResultWord::unknown, "the look did not end in time", {}};
  active.finding = ending ? ending->finding : order::Finding::unknown;
  if (active.finding != order::Finding::proven || !needs_proof(*active.task.order))
    return answer_verify(id, now);
  // The filters are right; whether the engine gets through them, only the engine can say.
  if (ask(active, Stage::asking, kPongWait, now)) return {};
  return channel_is_silent(id, active, now);
}

Result<void> Steward::channel_is_silent(TaskId id, Active& active, const Instant& now) {
  active.result = {ResultWord::error, "isolated, and the engine does not answer", {}};
  active.finding = order::Finding::disproven;
  return answer_verify(id, now);
}

Result<void> Steward::answer_verify(TaskId id, const Instant& now) {
  const Active& active = active_.at(id);
  const order::Order& order = *active.task.order;
  const Ledger::Known* known = keeper_.ledger().find(order.action);
  Standing standing = Standing::not_yet;
  if (known != nullptr) standing = known->done ? Standing::ended : Standing::started;
  reply(order, {active.result, standing, active.finding}, now);
  return finish(id);
}

Result<void> Steward::released(TaskId id, const Active& active, const std::optional<Ending>& ending,
                               const Instant& now) {
  const bool failed = !ending || is_open(ending->result.word) || ending->result.word == ResultWord::error;
  std::vector<Entry> entries;
  for (const ActionId& action : active.task.lifted) {
    if (failed)
      not_before_[action] = now.since_boot + kReleaseRetry;
    else
      not_before_.erase(action);
    if (!failed) entries.emplace_back(Released{action, keeper_.ledger().corrected(now.wall)});
  }
  if (failed)
    log::warning("an effect whose time is over could not be taken back",
                 {{"lane", active.task.lane}, {"why", ending ? ending->result.detail : "too slow"}});
  crash_point("agent.before_release");
  const auto recorded = keeper_.record(entries);
  if (!recorded && recorded.error().code != Errc::unavailable) return recorded;
  return finish(id);
}

Result<void> Steward::mended(TaskId id, const std::optional<Ending>& ending) {
  const bool failed = !ending || ending->result.word != ResultWord::ok;
  // Every ten seconds the same would bury everything else.
  if (failed && !mending_fails_)
    log::error("the packet filters could not be looked after",
               {{"why", ending ? ending->result.detail : "too slow"}});
  else if (!failed && ending->result.detail != "0")
    log::warning("packet filters were not as held, and are again", {{"count", ending->result.detail}});
  mending_fails_ = failed;
  has_mended_ = true;
  return finish(id);
}

Result<void> Steward::swept(TaskId id, const std::optional<Ending>& ending, const Instant& now) {
  const bool failed = !ending || ending->result.word != ResultWord::ok;
  if (failed)
    log::error("the vault could not be swept", {{"why", ending ? ending->result.detail : "too slow"}});
  else if (ending->result.detail != "0")
    log::info("the vault was swept", {{"count", ending->result.detail}});
  if (!failed && ending->result.evidence.contains(kMoreToSweep)) sweep_at_ = now.since_boot + kSweepPause;
  return finish(id);
}

/// So that the engine may give it anew. As an answer to its question: an order that is answered so has
/// failed.
Result<void> Steward::disown(TaskId id, DeedResult result, const order::Order& begun, const Instant& now) {
  order::Order order = *active_.at(id).task.order;
  const Entry entry = Cancelled{order.action, std::max(order.attempt, begun.attempt),
                                std::max(order.issued_at, begun.issued_at)};
  TRY_DOING("writing down that an attempt had no effect", keeper_.record({&entry, 1}));
  order.purpose = order::Purpose::probe;
  reply(order, {std::move(result), Standing::never_ran}, now);
  return finish(id);
}

/// Another look was first. Whoever asks about a later attempt is promised the same of that one.
Result<void> Steward::answer_disowned(TaskId id, const Instant& now) {
  const order::Order order = *active_.at(id).task.order;
  if (!keeper_.ledger().is_disowned(order.action, order.attempt)) {
    const Entry entry = Cancelled{order.action, order.attempt, order.issued_at};
    TRY_DOING("writing down that an attempt never ran", keeper_.record({&entry, 1}));
  }
  reply(order, {active_.at(id).result, Standing::never_ran}, now);
  return finish(id);
}

/// It never ran, and this attempt never will.
Result<void> Steward::withdraw(TaskId id, DeedResult result, const Instant& now) {
  const order::Order order = *active_.at(id).task.order;
  const Entry entry = Cancelled{order.action, order.attempt, order.issued_at};
  const auto recorded = keeper_.record({&entry, 1});
  if (!recorded && recorded.error().code != Errc::unavailable) return recorded;
  reply(order, {std::move(result), recorded ? Standing::never_ran : Standing::not_yet}, now);
  return finish(id);
}

/// Looking was enough; a copy of the order gets the same answer.
Result<void> Steward::conclude_unstarted(TaskId id, DeedResult result, const Instant& now) {
  const order::Order order = *active_.at(id).task.order;
  if (auto obstacle = obstacle_to(order, now)) return withdraw(id, *std::move(obstacle), now);
  const std::array<Entry, 2> entries{
      keeper_.start_of(order, {}, now),
      Done{order.action, order::bounded(result), {}, keeper_.ledger().corrected(now.wall)}};
  const auto recorded = keeper_.record(entries);
  if (!recorded && recorded.error().code == Errc::unavailable)
    return withdraw(id, {ResultWord::error, "journal full", {}}, now);
  if (!recorded) return recorded;
  if (result.word == ResultWord::refused_guard && may_say(now))
    log::warning("an order was refused", {{"action", order.action.value()}, {"why", result.detail}});
  crash_point("agent.after_done_fsync");
  reply(order, {std::move(result), Standing::ended}, now);
  return finish(id);
}

Result<void> Steward::conclude(TaskId id, DeedResult result, const Instant& now) {
  const Task& task = active_.at(id).task;
  const order::Order order = *task.order;
  const Entry entry = Done{order.action, order::bounded(result),
                           is_success(result.word) ? task.lifted : std::vector<ActionId>(),
                           keeper_.ledger().corrected(now.wall)};
  TRY_DOING("writing down how an order ended", keeper_.record({&entry, 1}));
  crash_point("agent.after_done_fsync");
  reply(order, {std::move(result), Standing::ended}, now);
  return finish(id);
}

Result<void> Steward::finish(TaskId id) {
  lanes_.end(id);
  active_.erase(id);
  return {};
}

}  // namespace riposte::agent
