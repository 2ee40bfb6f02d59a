#include "engine/authoring/replay_run.h"

#include <algorithm>
#include <utility>

namespace riposte {
namespace {

/// A partition keeps its open actions, and here nothing ever closes one: so often it begins anew, with the
/// same cooldowns and the same records.
constexpr std::size_t kDecisionsPerState = 1000;

}  // namespace

ReplayRun::ReplayRun(const ReplayRules& rules, EventLimits limits, ReplayEvents events, std::size_t window)
    : rules_(rules.rules),
      events_(std::move(events)),
      detector_(limits, rules.policy, rules.actions),
      order_(window) {}

Result<std::vector<RuleIndex>> ReplayRun::see(const Record& record, EventTimes& times) {
  WallTime at{};
  Detection detection = detector_.detect(
      view_of(record), rules_, at, [&](const Recognised& recognised) { return at = times.of(recognised); });
  if (detection.dead_letter) events_.dead_letter(*detection.dead_letter);
  held_back_.add(std::exchange(detection.held_back, {}));
  std::vector<RuleIndex> matches = std::move(detection.matches);
  tally_.matches += matches.size();
  for (const RuleIndex index : matches) ++tally_.rules[rules_.rule(index).id].matches;
  if (detection.proposals.empty()) return matches;
  detection.bytes.clear();
  order_.put({at, std::move(detection)});
  while (auto earliest = order_.take_overflow()) TRY(decide(std::move(*earliest)));
  return matches;
}

Result<void> ReplayRun::finish() {
  while (auto earliest = order_.take()) TRY(decide(std::move(*earliest)));
  if (state_) held_back_.add(state_->held_back());
  count_held_back();
  return {};
}

Result<void> ReplayRun::decide(Sighting sighting) {
  if (decided_++ % kDecisionsPerState == 0) TRY(start_anew());
  if (sighting.at < reached_) ++tally_.late;
  reached_ = std::max(reached_, sighting.at);
  const bool known = std::ranges::any_of(sighting.detection.proposals, [&](const Proposed& proposed) {
    return records_.has(proposed.request.id);
  });
  TRY(state_->absorb(std::move(sighting.detection), reached_));
  const Commit commit = state_->take_commit(reached_);
  TRY(records_.append({&commit, 1}));
  state_->take_effects();
  for (const DeadLetter& letter : commit.dead_letters) events_.dead_letter(letter);
  if (known && commit.dead_letters.empty()) ++tally_.repeated;
  count(commit, sighting.at);
  return {};
}

void ReplayRun::count(const Commit& commit, WallTime at) {
  for (const AuditRecord& record : commit.audit) {
    if (record.from) continue;
    const auto made = std::ranges::find(commit.rows, record.action, &Action::id);
    tally_.add(*made, at);
    events_.made(*made);
  }
}

Result<void> ReplayRun::start_anew() {
  if (state_) held_back_.add(state_->held_back());
  state_ = TRY(PartitionState::load(kReplayPartition, records_, claims_));
  return {};
}

void ReplayRun::count_held_back() {
  for (std::uint32_t i = 0; i < rules_.size(); ++i) {
    const Rule& rule = rules_.rule(RuleIndex(i));
    const std::uint64_t swallowed = held_back_.count(rule.id, Guard::cooldown);
    const std::uint64_t below = held_back_.count(rule.id, Guard::minimum_severity);
    const auto counts = tally_.rules.find(rule.id);
    if (counts == tally_.rules.end()) continue;
    counts->second.title = rule.title;
    counts->second.swallowed = swallowed;
    counts->second.below_minimum = below;
  }
}

}  // namespace riposte
