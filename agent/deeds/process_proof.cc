#include <algorithm>

#include <fmt/format.h>

#include "agent/deeds/process_deeds.h"
#include "agent/deeds/process_facts.h"
#include "agent/deeds/suspensions.h"

namespace riposte::agent {
namespace {

using order::DeedResult;
using order::Finding;

/// A process that an order was about, as it is now.
struct Sighting {
  enum class Kind : std::uint8_t { gone, there, unclear } kind = Kind::unclear;
  std::string how;
  RunState state = RunState::gone;
};

Sighting gone(std::string how) { return {Sighting::Kind::gone, std::move(how), RunState::gone}; }

/// Whether it is the process that was found when the deed looked; where nothing was found, the one that is
/// meant.
std::optional<std::string> other_process(const MeantProcess& meant, const Facts& seen,
                                         const ProcessIdentity& now) {
  const auto member = members_in(fact_of(seen, "pid") + "@" + fact_of(seen, "start_ticks"));
  if (member.empty()) return mismatch(meant, now);
  if (fact_of(seen, "boot_id") != now.boot_id) return "the machine has booted since";
  if (member.front() == member_of(now)) return {};
  return fmt::format("the number {} now belongs to a process started at {}", now.pid,
                     iso8601(now.started_at));
}

Sighting look_for(const MeantProcess& meant, const Facts& seen) {
  const auto now = read_process(meant.pid);
  if (!now && now.error().code == Errc::not_found)
    return gone(fmt::format("process {} does not exist any more", meant.pid));
  if (!now) return {Sighting::Kind::unclear, now.error().text(), RunState::gone};
  if (const auto other = other_process(meant, seen, *now)) return gone(*other);
  if (now->run_state == RunState::gone)
    return gone(fmt::format("process {} has ended and waits for its parent to notice", meant.pid));
  return {Sighting::Kind::there, fmt::format("process {} is in state {}", meant.pid, now->state),
          now->run_state};
}

/// Members of its family that are not as wanted.
std::vector<Member> others_left(const Facts& seen, RunState wanted) {
  std::vector<Member> left = members_in(fact_of(seen, "family"));
  std::erase_if(left, [&](const Member& member) {
    const auto now = read_process(member.pid);
    return !now || now->start_ticks != member.start_ticks || now->run_state == RunState::gone ||
           now->run_state == wanted;
  });
  return left;
}

std::string successor_in(const Facts& seen) {
  const auto since = members_in("0@" + fact_of(seen, "signal_ticks"));
  if (since.empty()) return {};
  const auto successor = find_successor(fact_of(seen, "exe"), since.front().start_ticks);
  return successor ? text_of(std::vector{member_of(*successor)}, 1) : std::string();
}

const order::ProcessTarget& target_of(const order::Command& command) {
  if (const auto* kill = std::get_if<order::KillProcess>(&command)) return kill->target;
  if (const auto* suspend = std::get_if<order::SuspendProcess>(&command)) return suspend->target;
  return std::get<order::ResumeProcess>(command).target;
}

Facts seen_by(const Started& started) { return decode_plan(started.plan); }

/// What was found before the deed, and what the deed itself added.
Facts seen_by(const Ledger::Known* known) {
  if (known == nullptr) return {};
  Facts facts = seen_by(known->started);
  if (!known->done) return facts;
  for (const auto& [name, value] : known->done->result.evidence)
    if (name == "family" && !fact_of(facts, name).empty())
      facts[name] += " " + value;
    else if (!value.empty())
      facts[name] = value;
  return facts;
}

Verified found(Finding finding, std::string detail, Facts evidence = {}) {
  const ResultWord word = finding == Finding::proven      ? ResultWord::ok
                          : finding == Finding::disproven ? ResultWord::error
                                                          : ResultWord::unknown;
  return {finding, {word, std::move(detail), std::move(evidence)}};
}

Verified verify_end(const Sighting& sighting, const Facts& seen) {
  const auto left = others_left(seen, RunState::gone);
  if (sighting.kind == Sighting::Kind::there || !left.empty())
    return found(Finding::disproven, sighting.how + fmt::format("; {} of its family are left", left.size()),
                 {{"left", text_of(left, kReportedMembersMax)}});
  const std::string successor = successor_in(seen);
  if (successor.empty()) return found(Finding::proven, sighting.how);
  return found(Finding::proven,
               fmt::format("{}; something started {} again", sighting.how, fact_of(seen, "exe")),
               {{"respawned", successor}});
}

Verified verify_stop(const Sighting& sighting, const Facts& seen) {
  if (sighting.kind == Sighting::Kind::gone)
    return found(Finding::disproven, sighting.how + ": it is not suspended but gone");
  const auto left = others_left(seen, RunState::stopped);
  const bool stopped = sighting.state == RunState::stopped && left.empty();
  return found(stopped ? Finding::proven : Finding::disproven, sighting.how,
               left.empty() ? Facts{} : Facts{{"running", text_of(left, kReportedMembersMax)}});
}

Verified verify_run(const Sighting& sighting, const order::Order& order, const DeedGround& ground) {
  if (sighting.kind == Sighting::Kind::gone)
    return found(Finding::disproven, sighting.how + ": it does not run");
  if (sighting.state == RunState::running) return found(Finding::proven, sighting.how);
  order::Order everybody = order;
  everybody.releases.clear();
  const auto held = ground.ledger.lifted_by(everybody);
  if (held.empty()) return found(Finding::disproven, sighting.how);
  return found(Finding::proven, sighting.how + ", as other actions want it", {{"held_by", names_of(held)}});
}

/// A part of a family is an effect: who may begin anew would find those as they were not before.
DeedResult became(bool so, std::size_t others_left, const Sighting& sighting) {
  if (so && others_left == 0) return {ResultWord::ok, sighting.how, {}};
  if (so)
    return {
        ResultWord::unknown,
        fmt::format("it was begun and has had only a part of its effect: {}, and {} of its family are left",
                    sighting.how, others_left),
        {}};
  return {ResultWord::error, "it was begun and has had no effect: " + sighting.how, {}};
}

}  // namespace

DeedResult probe_process(const Started& started, const DeedGround&) {
  const order::Command& command = started.order.command;
  const Facts seen = seen_by(started);
  const Sighting sighting = look_for(meant_by(target_of(command)), seen);
  if (sighting.kind == Sighting::Kind::unclear) return {ResultWord::unknown, sighting.how, {}};
  const bool is_gone = sighting.kind == Sighting::Kind::gone;
  if (std::holds_alternative<order::KillProcess>(command))
    return became(is_gone, others_left(seen, RunState::gone).size(), sighting);
  if (is_gone) return {ResultWord::not_found, sighting.how, {}};
  const RunState wanted =
      std::holds_alternative<order::SuspendProcess>(command) ? RunState::stopped : RunState::running;
  return became(sighting.state == wanted, others_left(seen, wanted).size(), sighting);
}

Verified verify_process(const order::Order& order, const Ledger::Known* known, const DeedGround& ground) {
  const Facts seen = seen_by(known);
  const Sighting sighting = look_for(meant_by(target_of(order.command)), seen);
  if (sighting.kind == Sighting::Kind::unclear) return found(Finding::unknown, sighting.how);
  if (std::holds_alternative<order::KillProcess>(order.command)) return verify_end(sighting, seen);
  if (std::holds_alternative<order::SuspendProcess>(order.command)) return verify_stop(sighting, seen);
  return verify_run(sighting, order, ground);
}

}  // namespace riposte::agent
