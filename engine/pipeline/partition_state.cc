#include "engine/pipeline/partition_state.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace riposte {
namespace {

/// Of an action that another partition is about to record.
const Partition kElsewhere{-1};

}  // namespace

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
  TRY(state.find_missed_endings());
  state.claims_->cooldowns().restore(TRY(records.cooldowns(id)));
  return state;
}

/// Orders on one process run one after the other, in the order of their decision; a script may run beside
/// itself.
std::string PartitionState::lane_of(const Action& action) const {
  const bool exclusive = spec_of(action.type).target != TargetKind::none;
  return exclusive ? action.host + '\0' + action.target : action.id.value();
}

std::map<std::uint64_t, ActionId>& PartitionState::queue_of(const Action& action) {
  return queues_[action.type == ActionType::run_script ? 1 : 0];
}

void PartitionState::admit(Action action) {
  const ActionId id = action.id;
  if (action.due_at && !action.in_doubt) due_.emplace(*action.due_at, id);
  if (action.state == State::queued && !action.held && place_.try_emplace(id, places_given_).second)
    queue_of(action).emplace(places_given_++, id);
  if (action.in_doubt) ++in_doubt_;
  open_.insert_or_assign(id, std::move(action));
}

/// None should be missed: an ending and what follows from it are one commit.
Result<void> PartitionState::find_missed_endings() {
  for (const auto& [predecessor, followers] : followers_) {
    Action storage;
    const Action* action = TRY(known(predecessor, storage));
    if (action == nullptr)
      missed_endings_.push_back({predecessor, "unknown", State::failed, Reason::none});
    else if (auto ended = ending_of(*action))
      missed_endings_.push_back(std::move(*ended));
  }
  return {};
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

/// Null: nobody has made it, and nobody but this partition will. The order matters: a rival gives its claim
/// back only when its action is on record, so after a claim the store tells the truth.
Result<const Action*> PartitionState::known_or_claimed(const ActionRequest& request, Action& storage) {
  if (const Action* action = at_hand(request.id)) return action;
  if (auto rival = claims_->take(request.id, request.cause.event_digest)) {
    static_cast<ActionRequest&>(storage) = request;
    storage.cause.event_digest = std::move(*rival);
    storage.partition = kElsewhere;
    return &storage;
  }
  claimed_.push_back(request.id);
  return known(request.id, storage);
}

Result<void> PartitionState::absorb(Detection detection, WallTime now) {
  held_back_.add(detection.held_back);
  Links links;
  for (Proposed& proposed : detection.proposals) {
    const auto made = make(proposed, links, now);
    if (made) continue;
    if (made.error().code != Errc::conflict) return made;
    if (!detection.dead_letter)
      detection.dead_letter =
          DeadLetter{detection.stream,        detection.offset,    now,
                     "conflicting_duplicate", made.error().text(), std::move(detection.bytes)};
  }
  if (detection.dead_letter) commit_.dead_letters.push_back(std::move(*detection.dead_letter));
  seek(detection.stream, detection.next);
  return {};
}

/// Errors: conflict (another event made an action with this id), of Records.
Result<void> PartitionState::make(Proposed& proposed, Links& links, WallTime now) {
  ActionRequest& request = proposed.request;
  request.partition = id_;
  if (links.elsewhere.contains(request.chain.after)) {
    links.elsewhere.insert(request.id);
    return {};
  }
  if (const auto instead = links.passed_over.find(request.chain.after); instead != links.passed_over.end())
    request.chain.after = instead->second;
  Action storage;
  const Action* existing = TRY(known_or_claimed(request, storage));
  if (existing != nullptr && existing->partition != id_) links.elsewhere.insert(request.id);
  if (existing == nullptr && swallowed(request, now)) {
    links.passed_over.emplace(request.id, request.chain.after);
    return {};
  }
  apply(TRY(step(existing, proposed, now)));
  return existing == nullptr ? await_predecessor(request.id, now) : Result<void>();
}

/// Asked only of what is not on record yet, so that a detection that is read again never meets the cooldown
/// that it opened itself.
bool PartitionState::swallowed(const ActionRequest& request, WallTime now) {
  if (request.cooldown.key.empty()) return false;
  const Cooldown wanted = cooldown_of(request, now);
  switch (claims_->cooldowns().ask(wanted, now)) {
    case Cooldowns::Answer::swallowed:
      held_back_.add(request.cause.rule, Guard::cooldown);
      return true;
    case Cooldowns::Answer::opened:
      commit_.cooldowns.push_back(wanted);
      return false;
    case Cooldowns::Answer::full:
      held_back_.note_no_room();
      return false;
  }
  std::unreachable();
}

Result<void> PartitionState::await_predecessor(const ActionId& id, WallTime now) {
  const auto open = open_.find(id);
  if (open == open_.end() || !open->second.held) return {};
  const ActionId after = open->second.chain.after;
  followers_[after].push_back(id);
  Action storage;
  const Action* predecessor = TRY(known(after, storage));
  if (predecessor == nullptr) return {};
  if (const auto ended = ending_of(*predecessor)) tell_followers(*ended, now);
  return {};
}

void PartitionState::tell_followers(const PredecessorEnded& ended, WallTime now) {
  const auto followers = followers_.extract(ended.id);
  if (followers.empty()) return;
  for (const ActionId& id : followers.mapped()) {
    const auto open = open_.find(id);
    if (open == open_.end()) continue;
    const Action before = open->second;
    if (auto made = step(&before, ended, now)) apply(std::move(*made));
  }
}

void PartitionState::seek(const StreamId& stream, Offset next) {
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
  const bool owes_more = made ? !made->effects.empty() && !slots.take(before.type)
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

void PartitionState::apply(Step made) {
  const ActionId id = made.action.id;
  for (Effect& effect : made.effects) {
    under_way_.insert(id);
    effects_.push_back(std::move(effect));
  }
  if (!made.audit) return;
  record(std::move(*made.audit));
  put_row(made.action);
  put_in_place(made.action);
  const WallTime now = made.action.updated_at;
  if (made.undo)
    if (auto undo = step(nullptr, *made.undo, now)) apply(std::move(*undo));
  if (const auto ended = ending_of(made.action)) tell_followers(*ended, now);
}

/// Keeps every index of the open actions in step with one that has changed.
void PartitionState::put_in_place(const Action& action) {
  const ActionId& id = action.id;
  if (const auto before = open_.find(id); before != open_.end()) {
    if (before->second.in_doubt) --in_doubt_;
    if (before->second.due_at) due_.erase({*before->second.due_at, id});
    if (const auto place = place_.find(id); place != place_.end() && action.state != State::queued) {
      queue_of(before->second).erase(place->second);
      place_.erase(place);
    }
    if (before->second.state == State::executing) busy_.erase(lane_of(before->second));
  }
  if (action.state == State::executing && !action.in_doubt) busy_.insert(lane_of(action));
  if (is_closed(action))
    open_.erase(id);
  else
    admit(action);
}

void PartitionState::advance(WallTime now, Slots& slots) {
  for (const PredecessorEnded& ended : std::exchange(missed_endings_, {})) tell_followers(ended, now);
  let_time_act(now, slots);
  ask_about_unresolved(now, slots);
  for (const auto& queue : queues_) start_queued(queue, now, slots);
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
    if (action.state == State::executing && !under_way_.contains(id)) continue;
    const bool needs_slot = owed(action, now).has_value() && action.state == State::completed;
    if (needs_slot && (under_way_.contains(id) || !slots.take(action.type))) continue;
    if (auto made = step(&action, Ticked{}, now)) apply(std::move(*made));
  }
}

void PartitionState::ask_about_unresolved(WallTime now, Slots& slots) {
  std::vector<ActionId> still;
  for (const ActionId& id : std::exchange(unresolved_, {})) {
    const auto open = open_.find(id);
    if (open == open_.end() || under_way_.contains(id)) continue;
    auto effect = owed(open->second, now);
    if (!effect || open->second.state != State::executing) continue;
    if (!slots.take(open->second.type)) {
      still.push_back(id);
      continue;
    }
    under_way_.insert(id);
    // The question has its own end; the answer sets a new deadline.
    if (open->second.due_at) due_.erase({*open->second.due_at, id});
    effects_.push_back(std::move(*effect));
  }
  unresolved_.insert(unresolved_.end(), still.begin(), still.end());
}

void PartitionState::start_queued(const std::map<std::uint64_t, ActionId>& queue, WallTime now,
                                  Slots& slots) {
  // apply() edits the queue: walk a copy of what may start now.
  std::vector<ActionId> queued;
  for (auto next = queue.begin(); next != queue.end() && queued.size() < kStartScanMax; ++next)
    queued.push_back(next->second);
  std::unordered_set<std::string> passed_over;
  for (const ActionId& id : queued) {
    const Action action = open_.at(id);
    const std::string lane = lane_of(action);
    // An earlier order on the same target that had to wait must not be overtaken.
    if (busy_.contains(lane) || passed_over.contains(lane) || !slots.take(action.type)) {
      passed_over.insert(lane);
      continue;
    }
    if (auto made = step(&action, Started{}, now)) apply(std::move(*made));
  }
}

void PartitionState::write_down_cooldowns(WallTime now, bool flush) {
  auto news = claims_->cooldowns().take_news(id_, now, flush);
  std::ranges::move(news.over, std::back_inserter(commit_.cooldowns_over));
  std::map<ActionId, std::uint64_t> unwritten;
  for (const auto& [opener, count] : news.swallowed) {
    Action storage;
    const auto action = known(opener, storage);
    if (!action) unwritten.emplace(opener, count);
    if (!action || *action == nullptr) continue;
    Action counted = **action;
    counted.swallowed += count;
    if (const auto open = open_.find(opener); open != open_.end()) open->second = counted;
    put_row(counted);
  }
  claims_->cooldowns().give_back(id_, unwritten);
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
  claims_->give_back(claimed_);
  claimed_.clear();
  return std::exchange(effects_, {});
}

void PartitionState::give_back(const Effect& effect) {
  const ActionId& id = action_of(effect).id;
  under_way_.erase(id);
  const auto open = open_.find(id);
  if (open != open_.end() && open->second.state == State::executing) unresolved_.push_back(id);
}

std::optional<WallTime> PartitionState::next_due() const {
  if (due_.empty()) return {};
  return due_.begin()->first;
}

}  // namespace riposte
