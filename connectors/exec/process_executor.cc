#include "connectors/exec/process_executor.h"

#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "agent/process/signalling.h"
#include "connectors/process/process_evidence.h"
#include "connectors/process/process_order.h"
#include "engine/base/printable.h"

namespace riposte {
namespace {

RunState wanted_by(ActionType type) {
  if (type == ActionType::kill_process) return RunState::gone;
  return type == ActionType::suspend_process ? RunState::stopped : RunState::running;
}

bool is_known(ActionType type) {
  return type == ActionType::kill_process || type == ActionType::suspend_process ||
         type == ActionType::resume_process;
}

bool wants_tree(const ActionRequest& request) {
  const auto given = request.parameters.find("tree");
  return given != request.parameters.end() && text_of(given->second) == "true";
}

Duration patience_of(const ActionRequest& request) {
  const auto given = request.parameters.find("term_grace");
  if (given == request.parameters.end()) return {};
  return parse_duration(text_of(given->second)).value_or(Duration::zero());
}

Outcome outcome(Outcome::Kind kind, std::string detail, Evidence evidence = {}) {
  return {.kind = kind, .detail = std::move(detail), .evidence = std::move(evidence)};
}

Outcome outcome_of(const Signalled& signalled, std::int32_t pid) {
  Evidence evidence{{"pid", std::to_string(pid)}};
  if (signalled.seen) evidence = evidence_of(*signalled.seen);
  if (signalled.signal_ticks) evidence.emplace("signal_ticks", std::to_string(*signalled.signal_ticks));
  return outcome(signalled.word, signalled.detail, std::move(evidence));
}

std::string describe_process(const ProcessIdentity& identity) {
  return fmt::format(
      "process {} is {}, user {}, parent {}, started {}, state {}", identity.pid,
      identity.executable.empty() ? "without a readable program file" : printable(identity.executable),
      user_id_of(identity.pid), identity.parent, iso8601(identity.started_at), identity.state);
}

}  // namespace

Outcome ProcessExecutor::execute(const Action& action, std::stop_token stop) {
  if (!is_known(action.type))
    return outcome(Outcome::Kind::unsupported,
                   fmt::format("'{}' is not about processes", name_of(action.type)));
  if (auto refused = guards_.refuse_host(action.host)) return outcome(Outcome::Kind::unsupported, *refused);
  const auto order = read_process_order(action);
  if (!order) return outcome(Outcome::Kind::error, order.error().text());
  if (auto refused = guards_.processes().refuse_number(order->pid))
    return outcome(Outcome::Kind::refused_guard, *refused);
  if (wants_tree(action))
    return outcome(Outcome::Kind::unsupported,
                   "the engine itself takes no trees of processes; an agent on this host does");
  const RunState wanted = wanted_by(action.type);
  const auto target = look_at(*order, wanted, guards_.processes());
  return outcome_of(target ? act_on(*target, wanted, stop, patience_of(action)) : target.error(), order->pid);
}

Probe ProcessExecutor::probe(const Action& action) {
  Probe never{.kind = Probe::Kind::never_ran, .outcome = {}, .detail = "running it again changes nothing"};
  const auto order = read_process_order(action);
  if (!order || !is_known(action.type) || guards_.refuse_host(action.host)) return never;
  const auto ran = [](const std::string& detail, Evidence evidence) {
    return Probe{Probe::Kind::ran, outcome(Outcome::Kind::already_done, detail, std::move(evidence)), detail};
  };
  const auto target = pin(order->pid);
  if (!target) {
    // The order had been handed over, so that an absent target is its effect or at least its wish.
    const bool absent = target.error().code == Errc::not_found;
    if (absent && action.type == ActionType::kill_process)
      return ran(fmt::format("no process has the number {} any more", order->pid),
                 {{"pid", std::to_string(order->pid)}});
    return never;
  }
  if (mismatch(*order, target->identity) || guards_.processes().refuse(target->identity)) return never;
  const Treatment treatment = treatment_for(wanted_by(action.type));
  if (target->identity.run_state != treatment.wanted) return never;
  return ran(fmt::format("process {} is {}", order->pid, treatment.done), evidence_of(target->identity));
}

Result<Preview> ProcessExecutor::preview(const ActionRequest& request) {
  if (!is_known(request.type))
    return fail(Errc::invalid, fmt::format("'{}' is not about processes", name_of(request.type)));
  const MeantProcess order = TRY(read_process_order(request));
  const Treatment treatment = treatment_for(wanted_by(request.type));
  Preview preview;
  preview.summary = fmt::format("{} to process {} through a pidfd", treatment.signal_name, order.pid);
  const auto refused = [&](const std::string& why) {
    preview.notes.push_back("would be refused now: " + why);
  };
  if (const auto why = guards_.refuse_host(request.host)) {
    refused(*why);
    return preview;
  }
  const auto target = pin(order.pid);
  if (!target) {
    if (const auto why = guards_.processes().refuse_number(order.pid)) refused(*why);
    preview.notes.push_back("cannot be looked at now: " + target.error().text());
    return preview;
  }
  preview.notes.push_back(describe_process(target->identity));
  preview.notes.push_back("command line: " + command_line_of(order.pid));
  if (!order.start)
    preview.notes.emplace_back(
        "the order has no start time: only that the process existed by then is checked");
  if (const auto why = mismatch(order, target->identity)) refused(*why);
  if (const auto why = guards_.processes().refuse(target->identity)) refused(*why);
  if (target->identity.run_state == treatment.wanted)
    preview.notes.push_back(fmt::format("it is already {}", treatment.done));
  return preview;
}

}  // namespace riposte
