#include "agent/deeds/process_deeds.h"

#include <algorithm>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "agent/deeds/process_facts.h"
#include "agent/deeds/suspensions.h"
#include "agent/process/process_tree.h"

namespace riposte::agent {
namespace {

using order::DeedResult;

/// What an order makes of a process.
struct Wish {
  MeantProcess meant;
  RunState wanted = RunState::gone;
  bool tree = false;
  Duration patience{};
};

DeedResult result_of(const Signalled& signalled, Facts evidence) {
  if (signalled.signal_ticks) evidence["signal_ticks"] = std::to_string(*signalled.signal_ticks);
  if (signalled.seen) evidence.merge(facts_of(*signalled.seen));
  return {signalled.word, signalled.detail, std::move(evidence)};
}

std::vector<Member> members_of(const std::vector<ProcessIdentity>& identities) {
  std::vector<Member> members;
  for (const ProcessIdentity& identity : identities) members.push_back(member_of(identity));
  return members;
}

/// Ends or stops; what a process did before, and whose it was, is lost afterwards, so it is looked at first.
class ProcessDeed final : public Deed {
 public:
  ProcessDeed(Wish wish, const DeedGround& ground) : wish_(std::move(wish)), ground_(ground) {}

  std::expected<std::string, DeedResult> look() override {
    auto guards = guards_of(ground_);
    if (!guards) return std::unexpected(std::move(guards).error());
    guards_.emplace(*std::move(guards));
    auto target = find_target(wish_.meant, wish_.wanted, *guards_);
    if (!target) return std::unexpected(result_of(target.error(), {}));
    target_.emplace(*std::move(target));
    facts_ = facts_of(*target_);
    Facts plan = facts_;
    if (wish_.tree) {
      const auto family = family_of(target_->identity);
      plan["family"] = text_of(family, family.size());
    }
    if (was_stopped()) plan["was_stopped"] = "yes";
    return encode_plan(std::move(plan));
  }

  DeedResult act(const std::stop_token& stop) override {
    if (!target_) return {ResultWord::error, "nothing was looked at", {}};
    const bool already = target_->identity.run_state == wish_.wanted;
    if (wish_.tree) return act_on_family(stop);
    DeedResult result = result_of(act_on(*target_, wish_.wanted, stop, wish_.patience), facts_);
    if (already && result.word == ResultWord::ok) result.word = ResultWord::already_done;
    return result;
  }

 private:
  /// By none of our actions, so nothing of ours will let it run again.
  bool was_stopped() const {
    const ProcessIdentity& seen = target_->identity;
    if (wish_.wanted != RunState::stopped || seen.run_state != RunState::stopped) return false;
    return std::ranges::all_of(
        holders_of(member_of(seen), seen.boot_id, ground_.ledger),
        [&](const ActionId& holder) { return suspended_by(*ground_.ledger.find(holder))->was_stopped; });
  }

  DeedResult act_on_family(const std::stop_token& stop) {
    const TreeSignalled tree = act_on_tree(std::move(*target_), wish_.wanted, *guards_, stop, wish_.patience);
    target_.reset();
    Facts evidence = facts_;
    evidence["members"] = std::to_string(tree.members.size());
    evidence["family"] = text_of(members_of(tree.members), kReportedMembersMax);
    return result_of(tree.result, std::move(evidence));
  }

  Wish wish_;
  const DeedGround& ground_;
  std::optional<ProtectedProcesses> guards_;
  std::optional<Pinned> target_;
  Facts facts_;
};

/// The process itself and nobody after it.
std::optional<Pinned> pin_member(const Member& member) {
  auto pinned = pin(member.pid);
  if (!pinned || pinned->identity.start_ticks != member.start_ticks) return {};
  return *std::move(pinned);
}

/// Those that still are stopped although the tree runs: their parents ended, or were never part of it.
std::size_t continue_rest(const std::vector<Member>& family, const std::stop_token& stop) {
  std::size_t continued = 0;
  for (const Member& member : family) {
    const auto pinned = pin_member(member);
    if (!pinned || pinned->identity.run_state != RunState::stopped) continue;
    continued += act_on(*pinned, RunState::running, stop).word == ResultWord::ok ? 1 : 0;
  }
  return continued;
}

/// Whoever stopped a process may let it run again, whatever is protected by now.
DeedResult let_run(const Suspended& suspended, const DeedGround& ground, const std::stop_token& stop) {
  DeedResult result{ResultWord::already_done,
                    fmt::format("process {} has ended", suspended.process.pid),
                    {{"pid", std::to_string(suspended.process.pid)}}};
  if (auto root = pin_member(suspended.process)) {
    const bool runs = root->identity.run_state != RunState::stopped;
    Signalled signalled = suspended.tree ? act_on_tree(*std::move(root), RunState::running,
                                                       ProtectedProcesses({}, ground.own), stop)
                                               .result
                                         : act_on(*root, RunState::running, stop);
    if (runs && !suspended.tree && signalled.word == ResultWord::ok)
      signalled.word = ResultWord::already_done;
    result = result_of(signalled, {});
  }
  const std::size_t rest = continue_rest(suspended.family, stop);
  if (rest > 0) {
    result.evidence["continued_apart"] = std::to_string(rest);
    if (result.word == ResultWord::already_done) result.word = ResultWord::ok;
    result.detail += fmt::format("; {} others of its family run again", rest);
  }
  return result;
}

/// Of what was suspended here, exactly that process is resumed; otherwise the one that is meant.
class ResumeDeed final : public Deed {
 public:
  ResumeDeed(const order::Order& order, const DeedGround& ground) : order_(order), ground_(ground) {}

  std::expected<std::string, DeedResult> look() override {
    lifted_ = ground_.ledger.lifted_by(order_);
    order::Order everybody = order_;
    everybody.releases.clear();
    holders_ = ground_.ledger.lifted_by(everybody);
    if (holders_.empty()) return look_at_stranger();
    return encode_plan({{"lifted", names_of(lifted_)}, {"held_by", names_of(staying(holders_, lifted_))}});
  }

  DeedResult act(const std::stop_token& stop) override {
    if (stranger_) return result_of(act_on(*stranger_, RunState::running, stop), facts_of(*stranger_));
    DeedResult last{ResultWord::already_done,
                    "the action holds no process suspended; held by " + names_of(holders_),
                    {{"held_by", names_of(holders_)}}};
    for (const ActionId& action : lifted_) {
      DeedResult result = end_suspension(*ground_.ledger.find(action), lifted_, ground_, stop);
      if (last.word != ResultWord::ok) last = std::move(result);
    }
    return last;
  }

 private:
  std::expected<std::string, DeedResult> look_at_stranger() {
    const auto guards = guards_of(ground_);
    if (!guards) return std::unexpected(guards.error());
    const auto& target = std::get<order::ResumeProcess>(order_.command).target;
    auto found = look_at(meant_by(target), RunState::running, *guards);
    if (!found) return std::unexpected(result_of(found.error(), {}));
    stranger_.emplace(*std::move(found));
    return encode_plan(facts_of(*stranger_));
  }

  const order::Order order_;
  const DeedGround& ground_;
  std::vector<ActionId> lifted_;
  std::vector<ActionId> holders_;
  std::optional<Pinned> stranger_;  ///< that nobody here suspended
};

std::unique_ptr<Deed> deed_for(const order::KillProcess& kill, const DeedGround& ground) {
  return std::make_unique<ProcessDeed>(
      Wish{meant_by(kill.target), RunState::gone, kill.tree, kill.term_grace}, ground);
}
std::unique_ptr<Deed> deed_for(const order::SuspendProcess& suspend, const DeedGround& ground) {
  return std::make_unique<ProcessDeed>(Wish{meant_by(suspend.target), RunState::stopped, suspend.tree, {}},
                                       ground);
}

}  // namespace

std::unique_ptr<Deed> make_process_deed(const order::Order& order, const DeedGround& ground) {
  if (const auto* kill = std::get_if<order::KillProcess>(&order.command)) return deed_for(*kill, ground);
  if (const auto* suspend = std::get_if<order::SuspendProcess>(&order.command))
    return deed_for(*suspend, ground);
  return std::make_unique<ResumeDeed>(order, ground);
}

DeedResult end_suspension(const Ledger::Known& suspension, std::span<const ActionId> lifted,
                          const DeedGround& ground, const std::stop_token& stop) {
  const auto suspended = suspended_by(suspension);
  if (!suspended) return {ResultWord::error, "its plan names no process", {}};
  const auto boot = read_boot_id();
  if (!boot) return {ResultWord::error, boot.error().text(), {}};
  const std::string who = fmt::format("process {}", suspended->process.pid);
  if (*boot != suspended->boot_id)
    return {ResultWord::already_done, who + " has ended: the machine has booted since", {}};
  const auto held = staying(holders_of(suspended->process, *boot, ground.ledger), lifted);
  if (!held.empty())
    return {
        ResultWord::ok, who + " stays suspended: held by " + names_of(held), {{"held_by", names_of(held)}}};
  if (suspended->was_stopped)
    return {ResultWord::already_done, who + " was stopped before it was suspended, and stays so", {}};
  return let_run(*suspended, ground, stop);
}

}  // namespace riposte::agent
