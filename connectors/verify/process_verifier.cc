#include "connectors/verify/process_verifier.h"

#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "agent/process/meant_process.h"
#include "connectors/process/process_order.h"

namespace riposte {
namespace {

Proof proof(Proof::Kind kind, std::string detail) { return {.kind = kind, .detail = std::move(detail)}; }

std::string fact_of(const Evidence& evidence, const std::string& name) {
  const auto found = evidence.find(name);
  return found == evidence.end() ? "" : found->second;
}

std::optional<std::uint64_t> ticks_of(const Evidence& evidence, const std::string& name) {
  const std::string text = fact_of(evidence, name);
  std::uint64_t ticks = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ticks);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return {};
  return ticks;
}

/// Whether `found` is the process that the executor saw, or, where it saw none, the one that the order means.
std::optional<std::string> difference(const Action& action, const MeantProcess& order,
                                      const ProcessIdentity& found) {
  const std::string boot = fact_of(action.evidence, "boot_id");
  if (!boot.empty() && boot != found.boot_id) return "the machine has booted since";
  const auto ticks = ticks_of(action.evidence, "start_ticks");
  if (!ticks) return mismatch(order, found);
  if (*ticks != found.start_ticks)
    return fmt::format("the number {} now belongs to a process started at {}", found.pid,
                       iso8601(found.started_at));
  return {};
}

std::string successor_note(const Evidence& evidence) {
  const auto since = ticks_of(evidence, "signal_ticks");
  if (!since) return "";
  const auto successor = find_successor(fact_of(evidence, "exe"), *since);
  if (!successor) return "";
  return fmt::format("; something started {} again as process {} at {}", fact_of(evidence, "exe"),
                     successor->pid, iso8601(successor->started_at));
}

Proof check_gone(const Action& action, const std::string& how) {
  switch (action.type) {
    case ActionType::kill_process:
      return proof(Proof::Kind::proven, how + successor_note(action.evidence));
    case ActionType::suspend_process:
      return proof(Proof::Kind::disproven, how + ": it is not suspended but gone");
    default:
      return proof(Proof::Kind::disproven, how + ": it does not run");
  }
}

}  // namespace

Proof ProcessVerifier::check(const Action& action, std::stop_token) {
  const auto order = read_process_order(action);
  if (!order) return proof(Proof::Kind::unknown, order.error().text());
  const auto found = read_process(order->pid);
  if (!found) {
    if (found.error().code != Errc::not_found) return proof(Proof::Kind::unknown, found.error().text());
    return check_gone(action, fmt::format("process {} does not exist any more", order->pid));
  }
  if (const auto other = difference(action, *order, *found)) return check_gone(action, *other);
  if (found->run_state == RunState::gone)
    return check_gone(action,
                      fmt::format("process {} has ended and waits for its parent to notice", order->pid));

  const std::string seen = fmt::format("process {} is in state {}", order->pid, found->state);
  const bool stopped = found->run_state == RunState::stopped;
  const bool as_ordered = (action.type == ActionType::suspend_process && stopped) ||
                          (action.type == ActionType::resume_process && !stopped);
  return proof(as_ordered ? Proof::Kind::proven : Proof::Kind::disproven, seen);
}

}  // namespace riposte
