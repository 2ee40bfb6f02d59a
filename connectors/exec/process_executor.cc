#include "connectors/exec/process_executor.h"

#include <csignal>
#include <expected>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "connectors/process/pidfd.h"
#include "connectors/process/process_order.h"
#include "engine/base/printable.h"

namespace riposte {
namespace {

/// How often a change of state is looked for: a signal takes microseconds, so the first look mostly sees it.
constexpr std::chrono::milliseconds kLookInterval{5};

struct Deed {
  int signal;
  std::string_view signal_name;
  RunState wanted;
  std::string_view done;
};

Deed deed_of(ActionType type) {
  if (type == ActionType::kill_process) return {SIGKILL, "SIGKILL", RunState::gone, "ended"};
  if (type == ActionType::suspend_process) return {SIGSTOP, "SIGSTOP", RunState::stopped, "stopped"};
  return {SIGCONT, "SIGCONT", RunState::running, "running"};
}

bool is_known(ActionType type) {
  return type == ActionType::kill_process || type == ActionType::suspend_process ||
         type == ActionType::resume_process;
}

Outcome outcome(Outcome::Kind kind, std::string detail, Evidence evidence = {}) {
  return {.kind = kind, .detail = std::move(detail), .evidence = std::move(evidence)};
}

/// A process that cannot be another one any more, and who it is.
struct Pinned {
  Pidfd handle;
  ProcessIdentity identity;
};

Result<Pinned> pin(std::int32_t pid) {
  Pidfd handle = TRY(Pidfd::open(pid));
  ProcessIdentity identity = TRY(read_process(pid));
  // Signal 0 reaches only a process that still owns its number, so what was read belongs to it. A lack of
  // permission to signal it proves as much.
  const auto reached = handle.send(0);
  if (!reached && reached.error().code == Errc::not_found) return std::unexpected(reached.error());
  return Pinned{std::move(handle), std::move(identity)};
}

Outcome not_pinned(const Error& error, ActionType type, const ProcessOrder& order) {
  const Evidence evidence{{"pid", std::to_string(order.pid)}};
  switch (error.code) {
    case Errc::not_found:
      if (type == ActionType::kill_process && order.start)
        return outcome(Outcome::Kind::already_done,
                       fmt::format("process {} of {} has already gone", order.pid, iso8601(*order.start)),
                       evidence);
      return outcome(Outcome::Kind::not_found, error.text(), evidence);
    case Errc::denied:
      return outcome(Outcome::Kind::unsupported, error.text(), evidence);
    default:
      return outcome(Outcome::Kind::error, error.text(), evidence);
  }
}

Outcome has_gone(ActionType type, const ProcessIdentity& identity) {
  return outcome(type == ActionType::kill_process ? Outcome::Kind::already_done : Outcome::Kind::not_found,
                 fmt::format("process {} has already ended", identity.pid), evidence_of(identity));
}

/// Waits for the effect of a signal and says honestly what can be seen of it.
Outcome confirm(const Pinned& target, const Deed& deed, ActionType type, const std::stop_token& stop) {
  const ProcessIdentity& before = target.identity;
  char state = before.state;
  for (auto waited = std::chrono::milliseconds(0); waited < kConfirmationWait && !stop.stop_requested();
       waited += kLookInterval) {
    if (target.handle.has_ended(deed.wanted == RunState::gone ? kLookInterval : std::chrono::milliseconds(0)))
      return deed.wanted == RunState::gone
                 ? outcome(Outcome::Kind::ok, fmt::format("process {} has ended", before.pid),
                           evidence_of(before))
                 : has_gone(type, before);
    const auto now = read_process(before.pid);
    if (now) state = now->state;
    if (now && deed.wanted != RunState::gone && now->run_state == deed.wanted)
      return outcome(Outcome::Kind::ok, fmt::format("process {} is {}", before.pid, deed.done),
                     evidence_of(before));
    if (deed.wanted != RunState::gone) target.handle.has_ended(kLookInterval);
  }
  const std::string seen = fmt::format("{} was delivered to process {}, which is not yet {} (state {})",
                                       deed.signal_name, before.pid, deed.done, state);
  // A signal that cannot be caught takes effect as soon as the kernel lets go of the process.
  if (deed.wanted == RunState::gone || state == 'D')
    return outcome(Outcome::Kind::ok, "pending_kernel: " + seen, evidence_of(before));
  return outcome(Outcome::Kind::timeout, seen, evidence_of(before));
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
  if (auto refused = guards_.refuse_number(order->pid))
    return outcome(Outcome::Kind::refused_guard, *refused);

  const auto target = pin(order->pid);
  if (!target) return not_pinned(target.error(), action.type, *order);
  const ProcessIdentity& identity = target->identity;
  if (auto refused = mismatch(*order, identity))
    return outcome(Outcome::Kind::refused_identity, *refused, evidence_of(identity));
  if (auto refused = guards_.refuse(identity))
    return outcome(Outcome::Kind::refused_guard, *refused, evidence_of(identity));

  const Deed deed = deed_of(action.type);
  if (identity.run_state == RunState::gone) return has_gone(action.type, identity);
  if (identity.run_state == deed.wanted)
    return outcome(Outcome::Kind::already_done,
                   fmt::format("process {} is already {}", identity.pid, deed.done), evidence_of(identity));
  const std::string ticks = std::to_string(ticks_since_boot());
  if (auto sent = target->handle.send(deed.signal); !sent)
    return sent.error().code == Errc::not_found ? has_gone(action.type, identity)
                                                : outcome(Outcome::Kind::error, sent.error().text());
  Outcome result = confirm(*target, deed, action.type, stop);
  result.evidence.emplace("signal_ticks", ticks);
  return result;
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
  if (mismatch(*order, target->identity) || guards_.refuse(target->identity)) return never;
  const Deed deed = deed_of(action.type);
  if (target->identity.run_state != deed.wanted) return never;
  return ran(fmt::format("process {} is {}", order->pid, deed.done), evidence_of(target->identity));
}

Result<Preview> ProcessExecutor::preview(const ActionRequest& request) {
  if (!is_known(request.type))
    return fail(Errc::invalid, fmt::format("'{}' is not about processes", name_of(request.type)));
  const ProcessOrder order = TRY(read_process_order(request));
  const Deed deed = deed_of(request.type);
  Preview preview;
  preview.summary = fmt::format("{} to process {} through a pidfd", deed.signal_name, order.pid);
  const auto refused = [&](const std::string& why) {
    preview.notes.push_back("would be refused now: " + why);
  };
  if (const auto why = guards_.refuse_host(request.host)) {
    refused(*why);
    return preview;
  }
  const auto target = pin(order.pid);
  if (!target) {
    if (const auto why = guards_.refuse_number(order.pid)) refused(*why);
    preview.notes.push_back("cannot be looked at now: " + target.error().text());
    return preview;
  }
  preview.notes.push_back(describe_process(target->identity));
  preview.notes.push_back("command line: " + command_line_of(order.pid));
  if (!order.start)
    preview.notes.emplace_back(
        "the order has no start time: only that the process existed by then is checked");
  if (const auto why = mismatch(order, target->identity)) refused(*why);
  if (const auto why = guards_.refuse(target->identity)) refused(*why);
  if (target->identity.run_state == deed.wanted)
    preview.notes.push_back(fmt::format("it is already {}", deed.done));
  return preview;
}

}  // namespace riposte
