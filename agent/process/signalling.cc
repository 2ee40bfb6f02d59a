#include "agent/process/signalling.h"

#include <algorithm>
#include <csignal>
#include <utility>

#include <fmt/format.h>

#include "agent/process/executable_hash.h"
#include "engine/base/printable.h"

namespace riposte {
namespace {

using std::chrono::milliseconds;

/// How often a change of state is looked for: a signal takes microseconds, so the first look mostly sees it.
constexpr milliseconds kLookInterval{5};

Signalled said(ResultWord word, std::string detail, std::optional<ProcessIdentity> seen = {}) {
  return {.word = word, .detail = std::move(detail), .seen = std::move(seen), .signal_ticks = {}};
}

Signalled not_pinned(const Error& error, RunState wanted, const MeantProcess& meant) {
  switch (error.code) {
    case Errc::not_found:
      // Without a start, nobody knows whether the number was still that of the process that is meant.
      if (wanted == RunState::gone && meant.start)
        return said(ResultWord::already_done,
                    fmt::format("process {} of {} has already gone", meant.pid, iso8601(*meant.start)));
      return said(ResultWord::not_found, error.text());
    case Errc::denied:
      return said(ResultWord::unsupported, error.text());
    default:
      return said(ResultWord::error, error.text());
  }
}

Signalled has_gone(RunState wanted, const ProcessIdentity& identity) {
  return said(wanted == RunState::gone ? ResultWord::already_done : ResultWord::not_found,
              fmt::format("process {} has already ended", identity.pid), identity);
}

Signalled already_so(const Treatment& treatment, const ProcessIdentity& identity) {
  std::string detail = fmt::format("process {} is already {}", identity.pid, treatment.done);
  if (identity.state == 't') detail += " by a tracer, which can let it go on at any time";
  return said(ResultWord::already_done, std::move(detail), identity);
}

std::optional<Signalled> other_program(const MeantProcess& meant, const Pinned& target) {
  if (!meant.executable_sha256) return {};
  const auto hash = executable_sha256(target.handle, meant.pid);
  if (hash && *hash == *meant.executable_sha256) return {};
  const std::string why =
      hash ? fmt::format("process {} runs {} with SHA-256 {}, not {}: another program", meant.pid,
                         printable(target.identity.executable), *hash, printable(*meant.executable_sha256))
           : "not proven to be the program that is meant: " + hash.error().text();
  return said(ResultWord::refused_identity, why, target.identity);
}

/// Waits for the effect of a signal and says what can be seen of it.
Signalled confirm(const Pinned& target, const Treatment& treatment, const std::stop_token& stop) {
  const ProcessIdentity& before = target.identity;
  const bool ending = treatment.wanted == RunState::gone;
  char state = before.state;
  for (milliseconds waited{0}; waited < kConfirmationWait && !stop.stop_requested();
       waited += kLookInterval) {
    if (target.handle.has_ended(ending ? kLookInterval : milliseconds(0)))
      return ending ? said(ResultWord::ok, fmt::format("process {} has ended", before.pid), before)
                    : has_gone(treatment.wanted, before);
    const auto now = read_process(before.pid);
    if (now && now->start_ticks != before.start_ticks) continue;  // its successor: the handle will say so
    if (now) state = now->state;
    if (now && !ending && now->run_state == treatment.wanted)
      return said(ResultWord::ok, fmt::format("process {} is {}", before.pid, treatment.done), before);
    if (!ending) target.handle.has_ended(kLookInterval);
  }
  const std::string seen = fmt::format("{} was delivered to process {}, which is not yet {} (state {})",
                                       treatment.signal_name, before.pid, treatment.done, state);
  // A signal that cannot be caught takes effect as soon as the kernel lets go of the process.
  if (ending || state == 'D') return said(ResultWord::ok, "pending_kernel: " + seen, before);
  return said(ResultWord::timeout, seen, before);
}

/// Whether it has ended by itself after being asked to.
bool complies(const Pinned& target, Duration patience, const std::stop_token& stop) {
  if (!target.handle.send(SIGTERM)) return false;
  const Deadline deadline = Deadline::after(patience);
  while (!stop.stop_requested() && deadline.left() > Duration::zero())
    if (target.handle.has_ended(std::min(kLookInterval, std::chrono::ceil<milliseconds>(deadline.left()))))
      return true;
  return false;
}

}  // namespace

Treatment treatment_for(RunState wanted) {
  if (wanted == RunState::gone) return {SIGKILL, "SIGKILL", wanted, "ended"};
  if (wanted == RunState::stopped) return {SIGSTOP, "SIGSTOP", wanted, "stopped"};
  return {SIGCONT, "SIGCONT", wanted, "running"};
}

Result<Pinned> pin(std::int32_t pid) {
  Pidfd handle = TRY(Pidfd::open(pid));
  ProcessIdentity identity = TRY(read_process(pid));
  // Signal 0 reaches only a process that still owns its number, so what was read belongs to it. A lack of
  // permission to signal it proves as much.
  const auto reached = handle.send(0);
  if (!reached && reached.error().code == Errc::not_found) return std::unexpected(reached.error());
  return Pinned{std::move(handle), std::move(identity)};
}

std::expected<Pinned, Signalled> find_target(const MeantProcess& meant, RunState wanted,
                                             const ProtectedProcesses& guards) {
  const auto nothing = [](Signalled why) { return std::unexpected(std::move(why)); };
  if (auto refused = guards.refuse_number(meant.pid))
    return nothing(said(ResultWord::refused_guard, *refused));
  auto target = pin(meant.pid);
  if (!target) return nothing(not_pinned(target.error(), wanted, meant));
  const ProcessIdentity& identity = target->identity;
  if (auto refused = mismatch(meant, identity))
    return nothing(said(ResultWord::refused_identity, *refused, identity));
  if (auto refused = guards.refuse(identity))
    return nothing(said(ResultWord::refused_guard, *refused, identity));
  if (identity.run_state == RunState::gone) return nothing(has_gone(wanted, identity));
  if (auto refused = other_program(meant, *target)) return nothing(std::move(*refused));
  return std::move(*target);
}

std::expected<Pinned, Signalled> look_at(const MeantProcess& meant, RunState wanted,
                                         const ProtectedProcesses& guards) {
  auto target = find_target(meant, wanted, guards);
  if (target && target->identity.run_state == wanted)
    return std::unexpected(already_so(treatment_for(wanted), target->identity));
  return target;
}

Signalled act_on(const Pinned& target, RunState wanted, const std::stop_token& stop, Duration patience) {
  const Treatment treatment = treatment_for(wanted);
  const std::uint64_t ticks = ticks_since_boot();
  if (wanted == RunState::gone && patience > Duration::zero() && complies(target, patience, stop)) {
    Signalled ended =
        said(ResultWord::ok, fmt::format("process {} has ended when asked to", target.identity.pid),
             target.identity);
    ended.signal_ticks = ticks;
    return ended;
  }
  if (auto sent = target.handle.send(treatment.signal); !sent)
    return sent.error().code == Errc::not_found
               ? has_gone(wanted, target.identity)
               : said(ResultWord::error, sent.error().text(), target.identity);
  Signalled result = confirm(target, treatment, stop);
  result.signal_ticks = ticks;
  return result;
}

}  // namespace riposte
