#include "connectors/exec/script_executor.h"

#include <chrono>
#include <functional>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "connectors/script/pinned_files.h"
#include "connectors/script/script_order.h"
#include "connectors/script/script_run.h"
#include "engine/base/crash_point.h"
#include "engine/base/printable.h"

namespace riposte {
namespace {

Outcome script_outcome(Outcome::Kind kind, std::string detail, Evidence evidence = {}) {
  return {.kind = kind, .detail = std::move(detail), .evidence = std::move(evidence)};
}

Evidence evidence_of(const ChildResult& result) {
  Evidence evidence{{"output", printable(result.output)}};
  if (result.end == ChildResult::End::exited) evidence["exit_code"] = std::to_string(result.code);
  if (result.end == ChildResult::End::signalled) evidence["signal"] = std::to_string(result.code);
  if (result.discarded > 0) evidence["output_bytes_discarded"] = std::to_string(result.discarded);
  if (result.left_behind) evidence["left_behind"] = "processes that held its output were killed";
  return evidence;
}

Outcome outcome_of(const Script& script, const ChildResult& result) {
  const std::string tail = output_tail(result);
  switch (result.end) {
    case ChildResult::End::exited:
      return script_outcome(result.code == 0 ? Outcome::Kind::ok : Outcome::Kind::error,
                            fmt::format("exit code {}{}", result.code, tail), evidence_of(result));
    case ChildResult::End::signalled:
      return script_outcome(Outcome::Kind::error, fmt::format("ended by signal {}{}", result.code, tail),
                            evidence_of(result));
    case ChildResult::End::timed_out:
      return script_outcome(Outcome::Kind::timeout,
                            fmt::format("ended by force after {}{}", duration_text(script.timeout), tail),
                            evidence_of(result));
    case ChildResult::End::stopped:
      return script_outcome(Outcome::Kind::unknown, "ended by force because the engine is stopping" + tail,
                            evidence_of(result));
  }
  std::unreachable();
}

/// How long a record waits for room on the disk, and how often it is tried; less than kExecutionDeadline
/// (step.h).
constexpr std::chrono::minutes kRoomWaitMax{10};
constexpr std::chrono::milliseconds kRoomRetryInterval{500};

/// A full disk passes: what must be on record waits for it, as every commit does.
Result<void> when_there_is_room(const std::function<Result<void>()>& write, const std::stop_token& stop) {
  const Deadline deadline = Deadline::after(kRoomWaitMax);
  auto written = write();
  while (!written && written.error().code == Errc::unavailable && !stop.stop_requested() &&
         deadline.left() > Duration::zero()) {
    std::this_thread::sleep_for(kRoomRetryInterval);
    written = write();
  }
  return written;
}

Outcome run_journalled(const ScriptOrder& order, const Action& action, ScriptJournal& journal,
                       const std::stop_token& stop) {
  const Script& script = *order.script;
  const bool again = script.on_unknown == Script::OnUnknown::rerun;
  const auto started = when_there_is_room([&] { return journal.record_started(action.id, again); }, stop);
  if (!started && stop.stop_requested())
    return script_outcome(Outcome::Kind::unknown,
                          "not started: the engine is stopping; it is asked about at the next start");
  if (!started) {
    const bool elsewhere = started.error().code == Errc::conflict;
    return script_outcome(
        elsewhere ? Outcome::Kind::unknown : Outcome::Kind::error,
        (elsewhere ? "it was started at the same time: " : "nothing was run: ") + started.error().text());
  }
  crash_point("exec.after_started_record");
  const auto result = run_child(
      command_of(script, script.command, action.id, payload_of(order, action, action.attempt)), stop);
  crash_point("exec.after_effect");
  // How far it came nobody knows; without an end on record the next start asks the verifying program, or a
  // person.
  if (result && result->end == ChildResult::End::stopped) return outcome_of(script, *result);
  Outcome outcome = result
                        ? outcome_of(script, *result)
                        : script_outcome(Outcome::Kind::error, "nothing was run: " + result.error().text());
  if (const auto done = when_there_is_room([&] { return journal.record_done(action.id, outcome); }, stop);
      !done)
    outcome.detail += "; its end is not on record: " + done.error().text();
  crash_point("exec.after_done_record");
  return outcome;
}

}  // namespace

Outcome ScriptExecutor::execute(const Action& action, std::stop_token stop) {
  if (action.type != ActionType::run_script)
    return script_outcome(Outcome::Kind::unsupported,
                          fmt::format("'{}' is not carried out by a script", name_of(action.type)));
  const auto order = read_script_order(action, scripts_);
  if (!order) return script_outcome(Outcome::Kind::error, order.error().text());
  const auto entry = journal_.find(action.id);
  if (!entry)
    return script_outcome(Outcome::Kind::unknown,
                          "whether it ran before cannot be known: " + entry.error().text());
  if (entry->done) return *entry->done;
  const Script& script = *order->script;
  if (entry->started && script.on_unknown == Script::OnUnknown::in_doubt)
    return script_outcome(Outcome::Kind::unknown, "it was started before, and its end is not on record");
  if (const auto changed = changed_since_load(script))
    return script_outcome(Outcome::Kind::refused_guard, *changed);
  return run_journalled(*order, action, journal_, stop);
}

Probe ScriptExecutor::probe(const Action& action) {
  const auto entry = journal_.find(action.id);
  if (!entry) return {Probe::Kind::unknown, {}, entry.error().text()};
  if (entry->done) return {Probe::Kind::ran, *entry->done, "its end is on record"};
  if (!entry->started) {
    if (action.updated_at < journal_.reaches_back_to())
      return {Probe::Kind::unknown, {}, "it is older than the script journal reaches back"};
    return {Probe::Kind::never_ran, {}, "no start is on record"};
  }
  const auto order = read_script_order(action, scripts_);
  if (!order) return {Probe::Kind::unknown, {}, "started, no end on record; " + order.error().text()};
  if (!order->script->verify.empty()) {
    const Proof proof = run_verification(*order, action, {});
    if (proof.kind == Proof::Kind::proven)
      return {Probe::Kind::ran, script_outcome(Outcome::Kind::ok, proof.detail), proof.detail};
  }
  if (order->script->on_unknown == Script::OnUnknown::rerun)
    return {Probe::Kind::never_ran, {}, "started, no end on record; its manifest allows to run it again"};
  return {Probe::Kind::unknown, {}, "it was started, and its end is not on record"};
}

Result<Preview> ScriptExecutor::preview(const ActionRequest& request) {
  if (request.type != ActionType::run_script)
    return fail(Errc::invalid, fmt::format("'{}' is not carried out by a script", name_of(request.type)));
  const ScriptOrder order = TRY(read_script_order(request, scripts_));
  const Script& script = *order.script;
  constexpr std::uint32_t kFirstAttempt = 1;
  const ChildCommand command =
      command_of(script, script.command, request.id, payload_of(order, request, kFirstAttempt));
  Preview preview{.summary = fmt::format("script '{}': {}", script.id, fmt::join(script.command, " ")),
                  .argv = command.argv,
                  .stdin_bytes = command.stdin_bytes,
                  .notes = {}};
  preview.notes.push_back(fmt::format("runs in {} for at most {}, with the environment {}", script.directory,
                                      duration_text(script.timeout), fmt::join(command.environment, " ")));
  preview.notes.push_back(script.verify.empty()
                              ? "counts as proved when its exit code is 0"
                              : fmt::format("is proved by {}", fmt::join(script.verify, " ")));
  if (const auto changed = changed_since_load(script))
    preview.notes.push_back("would be refused now: " + *changed);
  return preview;
}

}  // namespace riposte
