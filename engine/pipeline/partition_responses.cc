// How a detection's responses become actions of a partition: claims, chains and cooldowns.
#include <algorithm>
#include <iterator>
#include <utility>

#include "engine/lifecycle/undo.h"
#include "engine/pipeline/partition_state.h"

namespace riposte {
namespace {

/// Of an action that another partition is about to record.
const Partition kElsewhere{-1};

}  // namespace

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

/// All of its chain, for a suspension may be for what comes after the next.
void PartitionState::tell_those_before(const FollowerRefused& refused, WallTime now) {
  for (ActionId id = refused.after; !id.value().empty();) {
    Action storage;
    const auto found = known(id, storage);
    if (!found || *found == nullptr) return;
    const Action before = **found;
    if (auto made = step(&before, refused, now)) apply(std::move(*made));
    id = before.chain.after;
  }
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

/// Those of this partition; the others hear of it when it is durable.
void PartitionState::call_off_lifted(const Superseded& superseded, WallTime now) {
  std::vector<ActionId> lifted;
  for (const auto& [id, action] : open_)
    if (action.state == State::queued && action.type == superseded.type) lifted.push_back(id);
  for (const ActionId& id : lifted) {
    const auto open = open_.find(id);
    if (open == open_.end()) continue;
    const Action before = open->second;
    if (auto made = step(&before, superseded, now)) apply(std::move(*made));
  }
}

/// Told by another partition before a crash, and not taken any more.
Result<void> PartitionState::find_missed_liftings() {
  ActionQuery query;
  for (const auto& [id, action] : open_) {
    const auto undo = spec_of(action.type).undo;
    if (action.state != State::queued || !undo) continue;
    if (!includes(query.types, *undo) || query.types.empty()) query.types.push_back(*undo);
    query.from = std::min(query.from.value_or(action.created_at), action.created_at);
  }
  if (query.types.empty()) return {};
  query.limit = kMissedLiftingsMax;
  for (const Action& order : TRY(records_->list(query))) {
    auto lifting = lifting_of(order);
    if (!lifting) continue;
    // It may have moved since; it was let run no earlier than it was made.
    lifting->at = order.created_at;
    missed_liftings_.push_back(*std::move(lifting));
  }
  return {};
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

}  // namespace riposte
