// What a partition gives out as time passes: what is queued, what is owed, and what waits for a host.
#include <utility>

#include "engine/pipeline/partition_state.h"
#include "engine/ports/remote_hands.h"

namespace riposte {
namespace {

bool awaits_proof(const Action& action) {
  return action.state == State::completed && action.verification == Verification::pending;
}

}  // namespace

void PartitionState::advance(WallTime now, Slots& slots) {
  for (const PredecessorEnded& ended : std::exchange(missed_endings_, {})) tell_followers(ended, now);
  for (const Superseded& lifted : std::exchange(missed_liftings_, {})) call_off_lifted(lifted, now);
  for (const Superseded& lifted : claims_->notices().take(id_)) call_off_lifted(lifted, now);
  for (const ActionId& id : parked_.next_of_busy_hosts()) unpark(id);
  let_time_act(now, slots);
  ask_about_unresolved(now, slots);
  for (auto& queue : queues_) start_queued(queue, now, slots);
}

/// Time has passed, unless another action keeps the same target so for longer, or nobody was there to take
/// it.
Fact PartitionState::what_time_does(const Action& action) const {
  if (auto absence = parked_.absence(action.id); absence && action.state == State::queued)
    return Unreached{*std::move(absence)};
  if (!awaits_undo(action) || action.verification == Verification::pending) return Ticked{};
  const auto& [until, longest] = *lasting_.at(effect_of(action)).rbegin();
  if (longest == action.id) return Ticked{};
  return Outlasted{longest};
}

void PartitionState::let_time_act(WallTime now, Slots& slots) {
  std::vector<ActionId> due;
  for (const auto& [at, id] : due_) {
    if (at > now) break;
    due.push_back(id);
  }
  for (const ActionId& id : due) {
    // The end of one before it in its chain may have been its own.
    const auto open = open_.find(id);
    if (open == open_.end()) continue;
    const Action action = open->second;
    // Nobody is on it: its executor is asked first, however long the engine was away.
    const bool is_asked_first = !under_way_.contains(id) && !parked_.contains(id);
    if (action.state == State::executing && is_asked_first) continue;
    if (awaits_proof(action))
      have_proved(action, now, slots);
    else if (auto made = step(&action, what_time_does(action), now))
      apply(std::move(*made));
  }
}

/// A host that is away has its verification wait; one that never tells is not waited for for ever.
void PartitionState::have_proved(const Action& action, WallTime now, Slots& slots) {
  if (under_way_.contains(action.id) || parked_.contains(action.id)) {
    if (now < *action.due_at + kProofWaitMax) return;
    const std::string why = parked_.absence(action.id).value_or("nobody answered");
    const Proof none{Proof::Kind::unknown, why + "; no proof for " + duration_text(kProofWaitMax)};
    if (auto made = step(&action, Checked{none, true}, now)) apply(std::move(*made));
    return;
  }
  const Seat seat = slots.take(action);
  if (seat.kind == Seat::Kind::busy || seat.kind == Seat::Kind::full) return;
  if (seat.kind == Seat::Kind::away)
    parked_.park(seat, action.id, 0, "");
  else if (auto made = step(&action, Ticked{}, now))
    apply(std::move(*made));
  await_proof(action);
}

/// Its time has come and is not looked at again, but for the end of all patience.
void PartitionState::await_proof(const Action& action) {
  due_.erase({*action.due_at, action.id});
  due_.emplace(*action.due_at + kProofWaitMax, action.id);
}

void PartitionState::forget_due(const Action& action) {
  if (!action.due_at) return;
  due_.erase({*action.due_at, action.id});
  if (awaits_proof(action)) due_.erase({*action.due_at + kProofWaitMax, action.id});
}

void PartitionState::set_due(const Action& action) {
  forget_due(action);
  if (action.due_at && !stands_in_doubt(action)) due_.emplace(*action.due_at, action.id);
}

void PartitionState::ask_about_unresolved(WallTime now, Slots& slots) {
  std::vector<ActionId> still;
  for (const ActionId& id : std::exchange(unresolved_, {})) {
    const auto open = open_.find(id);
    if (open == open_.end() || under_way_.contains(id) || parked_.contains(id)) continue;
    const Action& action = open->second;
    auto effect = owed(action, now);
    if (!effect || action.state != State::executing) continue;
    const Seat seat = slots.take(action);
    if (seat.kind == Seat::Kind::away) {
      parked_.park(seat, id, 0, action.in_doubt ? "" : lane_of(action));
    } else if (seat.kind == Seat::Kind::taken) {
      // The question has its own end; the answer sets a new deadline. Another host may take its time.
      const bool has_time = !bound_host_of(action).empty() && action.due_at && *action.due_at > now;
      if (!has_time) forget_due(action);
      give_out(std::move(*effect), audit_sequence_);
    } else {
      still.push_back(id);
    }
  }
  unresolved_.insert(unresolved_.end(), still.begin(), still.end());
}

void PartitionState::give_out(Effect effect, std::uint64_t sequence) {
  under_way_.insert(action_of(effect).id);
  std::visit([&](auto& kind) { kind.sequence = sequence; }, effect);
  effects_.push_back(std::move(effect));
}

void PartitionState::start_queued(std::map<std::uint64_t, ActionId>& queue, WallTime now, Slots& slots) {
  std::unordered_set<std::string> passed_over;
  std::size_t looked_at = 0;
  for (auto next = queue.begin(); next != queue.end() && looked_at < kStartScanMax; ++looked_at) {
    const std::uint64_t place = next->first;
    const Action& waiting = open_.at(next->second);
    std::string lane = lane_of(waiting);
    if (parked_.park_behind(lane, waiting.id, place)) {
      queue.erase(next);
    } else if (busy_.contains(lane) || passed_over.contains(lane)) {
      // An earlier order on the same target that had to wait must not be overtaken.
      passed_over.insert(std::move(lane));
    } else if (!start_or_park(waiting, place, now, slots)) {
      return;  // those behind it wait for the same slots
    }
    // Each of these edits the queue.
    next = queue.upper_bound(place);
  }
}

bool PartitionState::start_or_park(const Action& waiting, std::uint64_t place, WallTime now, Slots& slots) {
  const Seat seat = slots.take(waiting);
  if (seat.kind == Seat::Kind::busy) return false;
  if (seat.kind == Seat::Kind::taken) {
    if (auto made = step(&waiting, Started{seat.bound}, now)) apply(std::move(*made));
    return true;
  }
  parked_.park(seat, waiting.id, place, lane_of(waiting));
  queue_of(waiting).erase(place);
  return true;
}

void PartitionState::unpark(const ActionId& id) {
  const auto spot = parked_.leave(id);
  const Action& action = open_.at(id);
  if (action.state == State::queued)
    queue_of(action).emplace(spot->place, id);
  else if (action.state == State::executing)
    unresolved_.push_back(id);
  else
    set_due(action);
}

void PartitionState::host_connected(const std::string& host) {
  for (const ActionId& id : parked_.all_of(host)) unpark(id);
}

void PartitionState::owe_again(const ActionId& id) {
  under_way_.erase(id);
  const auto open = open_.find(id);
  if (open == open_.end()) return;
  if (open->second.state == State::executing) unresolved_.push_back(id);
  // Asking took it off the list of what has its time.
  set_due(open->second);
}

}  // namespace riposte
