#include "tests/sim/world.h"

#include <stdexcept>

#include "rules/language/reader.h"
#include "rules/language/schema_reader.h"

namespace riposte::test {

World::World(std::vector<std::string> rules, Policy policy, WallTime start)
    : policy_(std::move(policy)), now_(start) {
  catalogue_.executable = {ActionType::kill_process, ActionType::suspend_process, ActionType::resume_process};
  const std::map<std::string, ActiveHours> no_hours;
  std::vector<Rule> read;
  for (const std::string& text : rules) {
    Diagnostics diagnostics("rule.yml");
    auto rule = read_rule(text, diagnostics, {catalogue_, no_hours});
    if (!rule) throw std::logic_error(diagnostics.all().front().text());
    read.push_back(std::move(*rule));
  }
  rules_ = RuleSet::compile(std::move(read), {*shipped_schema("elastic_security_alert")}).rules;
  restart();
}

void World::restart() {
  const Partition id = *records_.partition_of(stream_);
  partition_ = std::make_unique<PartitionState>(*PartitionState::load(id, records_));
  detector_ = std::make_unique<Detector>(EventLimits{}, policy_, catalogue_);
  next_input_ = static_cast<std::size_t>(records_.position(stream_)->value_or(Offset(0)).value());
  answers_.clear();
  hands_ = Hands();
}

void World::read_input() {
  for (; next_input_ < input_.size(); ++next_input_) {
    const auto offset = static_cast<std::int64_t>(next_input_);
    const RecordView record{stream_, Offset(offset), Offset(offset + 1), input_[next_input_]};
    const auto absorbed = partition_->absorb(detector_->detect(record, *rules_, now_), now_);
    if (!absorbed) throw std::logic_error(absorbed.error().text());
  }
}

bool World::commit(PowerCut cut) {
  const std::vector<Commit> commits{partition_->take_commit(now_, true)};
  if (cut == PowerCut::before_commit) return false;
  if (!commits.front().empty() && !records_.append(commits)) throw std::logic_error("append");
  return cut != PowerCut::after_commit;
}

bool World::turn(PowerCut cut) {
  read_input();
  for (Answered& answered : std::exchange(answers_, {})) {
    ++hands_.free;
    partition_->answer(answered.id, answered.fact, now_, hands_);
  }
  partition_->advance(now_, hands_);
  if (!commit(cut)) return false;
  for (const Effect& effect : partition_->take_effects()) {
    if (cut == PowerCut::before_effect) return false;
    carry_out(effect);
    if (cut == PowerCut::after_effect) return false;
  }
  return true;
}

void World::settle() {
  constexpr int kTurnsMax = 1000;
  for (int turns = 0; turns < kTurnsMax; ++turns) {
    turn();
    const auto due = partition_->next_due();
    if (answers_.empty() && next_input_ == input_.size() && !partition_->waiting() && (!due || *due > now_))
      return;
  }
  throw std::logic_error("the world does not come to rest");
}

bool World::order_is_right(const Action& order) {
  if (order.chain.after.value().empty()) return true;
  const auto before = *records_.find(order.chain.after);
  return before && (before->state == State::completed || before->reason == Reason::verification_failed);
}

void World::carry_out(const Effect& effect) {
  const Action& order = action_of(effect);
  if (std::holds_alternative<Dispatch>(effect)) {
    const auto recorded = *records_.find(order.id);
    if (!recorded || recorded->state != State::executing) unrecorded.push_back(order.id);
    if (!order_is_right(order)) overtook.push_back(order.id);
    ++effects[order.id];
    sequence.push_back(order.cause.template_name);
    answers_.push_back({order.id, Reported{order.attempt, {outcome(order), "done", {}}}});
  } else if (std::holds_alternative<AskExecutor>(effect)) {
    const bool ran = effects.contains(order.id);
    answers_.push_back(
        {order.id,
         Probed{order.attempt,
                {ran ? Probe::Kind::ran : Probe::Kind::never_ran, {outcome(order), "", {}}, "asked"}}});
  } else {
    ++checks;
    const auto told = proofs.find(order.id);
    answers_.push_back(
        {order.id, Checked{{told == proofs.end() ? Proof::Kind::proven : told->second, "looked"}}});
  }
}

Result<Action> World::decide(const ActionId& id, Decision decision, const std::string& who) {
  auto decided = partition_->decide(id, {decision, {UserName(who), {}}, ""}, now_);
  commit(PowerCut::none);
  return decided;
}

std::vector<Action> World::actions() { return *records_.list({.limit = 100'000}); }

Action World::action(const std::string& event_uid) {
  for (const Action& action : actions())
    if (action.cause.event_uid == event_uid) return action;
  throw std::logic_error("no action of " + event_uid);
}

std::vector<AuditRecord> World::audit() { return *records_.audit({ActionId(), 100'000}); }

std::string alert(const std::string& uid, int pid, const std::string& severity, const std::string& name) {
  return R"({"@timestamp":"2026-03-10T11:59:00Z","host":{"name":"ward-7"},"process":{"pid":)" +
         std::to_string(pid) + R"(,"name":")" + name + R"("},"kibana.alert.uuid":")" + uid +
         R"(","kibana.alert.severity":")" + severity + R"("})";
}

}  // namespace riposte::test
