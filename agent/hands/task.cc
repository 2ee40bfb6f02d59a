#include "agent/hands/task.h"

#include <algorithm>

namespace riposte::agent {
namespace {

const std::string kFilterLane = "filter";

Duration patience_of(const order::Command& command) {
  const auto* kill = std::get_if<order::KillProcess>(&command);
  return kill == nullptr ? Duration{} : kill->term_grace;
}

Duration verbs_own(Realm realm) {
  switch (realm) {
    case Realm::process:
      return kProcessDeadline;
    case Realm::filter:
      return kFilterDeadline;
    case Realm::files:
      break;
  }
  return kFileDeadline;
}

}  // namespace

Realm realm_of(order::Verb verb) {
  switch (verb) {
    case order::Verb::kill_process:
    case order::Verb::suspend_process:
    case order::Verb::resume_process:
      return Realm::process;
    case order::Verb::quarantine_file:
    case order::Verb::restore_file:
      return Realm::files;
    case order::Verb::isolate_host:
    case order::Verb::unisolate_host:
    case order::Verb::block_ip:
    case order::Verb::unblock_ip:
      break;
  }
  return Realm::filter;
}

std::string lane_of(const order::Command& command) {
  const auto process = [](const order::ProcessTarget& target) {
    return "process " + std::to_string(target.pid);
  };
  if (const auto* kill = std::get_if<order::KillProcess>(&command)) return process(kill->target);
  if (const auto* suspend = std::get_if<order::SuspendProcess>(&command)) return process(suspend->target);
  if (const auto* resume = std::get_if<order::ResumeProcess>(&command)) return process(resume->target);
  if (const auto* quarantine = std::get_if<order::QuarantineFile>(&command))
    return "file " + quarantine->path;
  if (const auto* restore = std::get_if<order::RestoreFile>(&command)) return "vault " + restore->vault_id;
  return kFilterLane;
}

Task Task::of(TaskKind kind, const order::Order& order) {
  return {kind, order, {}, realm_of(order::verb_of(order.command)), lane_of(order.command)};
}

Task Task::taking_back(std::vector<ActionId> actions, const order::Order& made_by) {
  return {TaskKind::take_back,
          {},
          std::move(actions),
          realm_of(order::verb_of(made_by.command)),
          lane_of(made_by.command)};
}

Task Task::mending() { return {TaskKind::mend, {}, {}, Realm::filter, kFilterLane}; }
Task Task::sweeping() { return {TaskKind::sweep, {}, {}, Realm::files, "vault"}; }

Duration deadline_of(const Task& task) {
  if (task.kind == TaskKind::probe || task.kind == TaskKind::verify) return kLookDeadline;
  const Duration own = verbs_own(task.realm);
  if (task.kind != TaskKind::carry_out) return own;
  const Duration ordered =
      task.order->deadline > Duration::zero() ? std::min(own, task.order->deadline) : own;
  return ordered + patience_of(task.order->command);
}

}  // namespace riposte::agent
