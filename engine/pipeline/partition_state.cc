#include "engine/pipeline/partition_state.h"

#include <algorithm>
#include <utility>

#include "engine/lifecycle/undo.h"

namespace riposte {

Result<PartitionState> PartitionState::load(Partition id, Records& records, std::shared_ptr<Claims> claims) {
  PartitionState state(id, records, std::move(claims));
  state.audit_sequence_ = TRY(records.last_audit_sequence(id));
  std::vector<Action> actions = TRY(records.open_actions(id));
  std::ranges::sort(actions, {}, [](const Action& a) { return std::pair(a.updated_at, a.created_at); });
  for (Action& action : actions) {
    if (action.state == State::executing) {
      if (!action.in_doubt) state.busy_.insert(state.lane_of(action));
      state.unresolved_.push_back(action.id);
    }
    if (action.held) state.followers_[action.chain.after].push_back(action.id);
    state.admit(std::move(action));
  }
  state.claims_->notices().join(id);
  TRY(state.find_missed_endings());
  TRY(state.find_missed_liftings());
  state.claims_->cooldowns().restore(TRY(records.cooldowns(id)));
  return state;
}

std::size_t PartitionState::open_count(const std::function<bool(const Action&)>& wanted) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(open_, [&](const auto& each) { return wanted(each.second); }));
}

/// Orders on one target of one host run one after the other, in the order of their decision and whatever
/// their types; a script may run beside itself.
std::string PartitionState::lane_of(const Action& action) const {
  const bool exclusive = spec_of(action.type).target != TargetKind::none;
  return exclusive ? action.host + '\0' + action.target : action.id.value();
}

std::map<std::uint64_t, ActionId>& PartitionState::queue_of(const Action& action) {
  return queues_[action.type == ActionType::run_script ? 1 : 0];
}

void PartitionState::admit(Action action) {
  const ActionId id = action.id;
  if (action.due_at && !stands_in_doubt(action)) due_.emplace(*action.due_at, id);
  if (action.state == State::queued && !action.held && place_.try_emplace(id, places_given_).second)
    queue_of(action).emplace(places_given_++, id);
  if (stands_in_doubt(action)) ++in_doubt_;
  if (awaits_undo(action)) lasting_[effect_of(action)].emplace(*action.undo_due, id);
  open_.insert_or_assign(id, std::move(action));
}

/// What this partition has of it without asking the store.
const Action* PartitionState::at_hand(const ActionId& id) const {
  if (const auto open = open_.find(id); open != open_.end()) return &open->second;
  if (const auto row = row_of_.find(id); row != row_of_.end()) return &commit_.rows[row->second];
  return nullptr;
}

Result<const Action*> PartitionState::known(const ActionId& id, Action& storage) {
  if (const Action* action = at_hand(id)) return action;
  auto stored = TRY(records_->find(id));
  if (!stored) return nullptr;
  storage = std::move(*stored);
  return &storage;
}

void PartitionState::seek(const StreamId& stream, Offset next) {
  if (position_ && position_->stream == stream)
    position_->next = next;
  else
    position_ = StreamPosition{stream, id_, next};
  position_moved_ = true;
}

Result<Action> PartitionState::submit(const Proposed& proposed, WallTime now) {
  Action storage;
  const Action* existing = TRY(known(proposed.request.id, storage));
  Step made = TRY(step(existing, proposed, now));
  Action answer = made.action;
  apply(std::move(made));
  return answer;
}

Result<Action> PartitionState::decide(const ActionId& id, const Decided& decided, WallTime now) {
  Action storage;
  const Action* existing = TRY(known(id, storage));
  auto made = step(existing, decided, now);
  if (!made) {
    if (existing != nullptr && made.error().code == Errc::denied)
      note_refusal(*existing, decided, made.error().what, now);
    return std::unexpected(std::move(made).error());
  }
  Action answer = made->action;
  apply(std::move(*made));
  return answer;
}

void PartitionState::note_refusal(const Action& action, const Decided& refused, const std::string& why,
                                  WallTime now) {
  AuditRecord refusal = audit_of(&action, action, {Actor::Kind::person, refused.person.name.value()},
                                 std::string(name_of(refused.decision)) + "_refused", now);
  refusal.detail = why;
  record(std::move(refusal));
}

void PartitionState::answer(const ActionId& id, const Fact& fact, WallTime now, Slots& slots) {
  under_way_.erase(id);
  const auto open = open_.find(id);
  if (open == open_.end()) return;
  const Action before = open->second;
  auto made = step(&before, fact, now);
  const bool owes_more = made ? !made->effects.empty() && slots.take(before).kind != Seat::Kind::taken
                              : before.state == State::executing && !before.in_doubt;
  if (owes_more) unresolved_.push_back(id);
  if (!made) return;
  if (owes_more) made->effects.clear();
  apply(std::move(*made));
}

void PartitionState::record(AuditRecord record) {
  record.sequence = ++audit_sequence_;
  record.partition = id_;
  commit_.audit.push_back(std::move(record));
}

void PartitionState::put_row(const Action& action) {
  const auto [row, fresh] = row_of_.try_emplace(action.id, commit_.rows.size());
  if (fresh)
    commit_.rows.push_back(action);
  else
    commit_.rows[row->second] = action;
}

/// From now on only a free seat keeps it from running.
bool PartitionState::begins_to_wait(const Action& action) const {
  const Action* before = at_hand(action.id);
  const bool waited = before != nullptr && before->state == State::queued && !before->held;
  return action.state == State::queued && !action.held && !waited;
}

void PartitionState::apply(Step made) {
  const ActionId id = made.action.id;
  for (Effect& effect : made.effects)
    give_out(std::move(effect), audit_sequence_ + (made.audit ? std::uint64_t{1} : 0));
  if (!made.audit) return;
  const auto lifting = begins_to_wait(made.action) ? lifting_of(made.action) : std::nullopt;
  record(std::move(*made.audit));
  put_row(made.action);
  const WallTime now = made.action.updated_at;
  const auto ended = ending_of(made.action);
  const auto failed = failure_of_undo(made.action);
  const auto refused = refusal_of(made.action);
  const ActionId undone = made.action.undoes;
  put_in_place(std::move(made.action));
  if (lifting) {
    call_off_lifted(*lifting, now);
    liftings_.push_back(*lifting);
  }
  if (made.undo)
    if (auto undo = step(nullptr, *made.undo, now)) apply(std::move(*undo));
  if (ended) tell_followers(*ended, now);
  if (refused) tell_those_before(*refused, now);
  if (failed) keep(undone, *failed, now);
}

/// A store that cannot be read is not written to either: this turn will not become durable, and is taken
/// again.
void PartitionState::keep(const ActionId& id, const UndoFailed& failed, WallTime now) {
  Action storage;
  const auto action = known(id, storage);
  if (!action || *action == nullptr) return;
  const Action before = **action;
  if (auto kept = step(&before, failed, now)) apply(std::move(*kept));
}

/// What two actions have in common of which the one keeps so what the other would take back.
std::string PartitionState::effect_of(const Action& action) const {
  return std::string(name_of(action.type)) + '\0' + action.host + '\0' + action.target;
}

void PartitionState::forget_lasting(const Action& action) {
  const auto found = lasting_.find(effect_of(action));
  found->second.erase({*action.undo_due, action.id});
  if (found->second.empty()) lasting_.erase(found);
}

/// Keeps every index of the open actions in step with one that has changed.
void PartitionState::put_in_place(Action action) {
  const ActionId id = action.id;
  if (parked_.contains(id)) unpark(id);
  if (const auto before = open_.find(id); before != open_.end()) {
    if (stands_in_doubt(before->second)) --in_doubt_;
    forget_due(before->second);
    if (const auto place = place_.find(id); place != place_.end() && action.state != State::queued) {
      queue_of(before->second).erase(place->second);
      place_.erase(place);
    }
    if (before->second.state == State::executing) busy_.erase(lane_of(before->second));
    if (awaits_undo(before->second)) forget_lasting(before->second);
  }
  if (action.state == State::executing && !action.in_doubt) busy_.insert(lane_of(action));
  if (is_closed(action))
    open_.erase(id);
  else
    admit(std::move(action));
}

Commit PartitionState::take_commit(WallTime now, bool flush) {
  write_down_cooldowns(now, flush);
  const bool has_news = pending_rows() > 0 || !commit_.audit.empty();
  if (position_moved_ && (has_news || flush || now - position_committed_at_ >= kPositionLag)) {
    commit_.position = position_;
    position_moved_ = false;
    position_committed_at_ = now;
  }
  Commit fresh;
  fresh.partition = id_;
  row_of_.clear();
  return std::exchange(commit_, std::move(fresh));
}

std::vector<Effect> PartitionState::take_effects() {
  claims_->notices().tell(id_, std::exchange(liftings_, {}));
  claims_->give_back(claimed_);
  claimed_.clear();
  return std::exchange(effects_, {});
}

std::optional<WallTime> PartitionState::next_due() const {
  if (due_.empty()) return {};
  return due_.begin()->first;
}

}  // namespace riposte
