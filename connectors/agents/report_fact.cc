#include "connectors/agents/report_fact.h"

#include <utility>

namespace riposte::agents {
namespace {

std::string with_holdings(const order::Report& report) {
  if (report.holdings_left == 0) return report.result.detail;
  return report.result.detail + (report.result.detail.empty() ? "" : "; ") +
         std::to_string(report.holdings_left) + " other actions keep it so";
}

/// A process that is not there is what a kill wants, if it is certain which process was meant.
Outcome::Kind kind_of(const order::Report& report, const Action& action) {
  const bool gone = report.result.word == ResultWord::not_found && action.type == ActionType::kill_process;
  if (gone && action.parameters.contains("start")) return Outcome::Kind::already_done;
  // A host that answers was reached, whatever it says.
  return report.result.word == ResultWord::unreachable ? Outcome::Kind::error : report.result.word;
}

Outcome outcome_of(const order::Report& report, const Action& action) {
  return {kind_of(report, action), with_holdings(report), report.result.evidence};
}

std::optional<Fact> answer_to_probe(const order::Report& report, const Action& action) {
  switch (report.standing) {
    case order::Standing::started:
      return std::nullopt;
    case order::Standing::ended:
      return Probed{action.attempt, {Probe::Kind::ran, outcome_of(report, action), report.result.detail}};
    case order::Standing::never_ran:
      return Probed{action.attempt, {Probe::Kind::never_ran, {}, report.result.detail}};
    case order::Standing::not_yet:
      return Probed{action.attempt, {Probe::Kind::unknown, {}, report.result.detail}};
  }
  std::unreachable();
}

Proof::Kind kind_of(order::Finding finding) {
  switch (finding) {
    case order::Finding::proven:
      return Proof::Kind::proven;
    case order::Finding::disproven:
      return Proof::Kind::disproven;
    case order::Finding::none:
    case order::Finding::unknown:
      return Proof::Kind::unknown;
  }
  std::unreachable();
}

}  // namespace

order::Purpose purpose_of(const Effect& effect) {
  if (std::holds_alternative<Dispatch>(effect)) return order::Purpose::carry_out;
  return std::holds_alternative<Verify>(effect) ? order::Purpose::verify : order::Purpose::probe;
}

std::optional<Fact> fact_of(const order::Report& report, const Effect& effect) {
  const Action& action = action_of(effect);
  const bool is_end = report.standing == order::Standing::ended;
  if (std::holds_alternative<Verify>(effect)) {
    if (report.answers != order::Purpose::verify) return {};
    return Checked{{kind_of(report.finding), report.result.detail}};
  }
  if (report.answers == order::Purpose::verify || report.answers == order::Purpose::acknowledge) return {};
  if (std::holds_alternative<AskExecutor>(effect)) {
    if (report.answers != order::Purpose::probe && !is_end) return {};
    return answer_to_probe(report, action);
  }
  if (report.attempt != action.attempt && !is_end) return {};
  if (report.standing == order::Standing::started) return {};
  return Reported{action.attempt, outcome_of(report, action)};
}

Fact cannot_tell(const Effect& effect, std::string why) {
  const std::uint32_t attempt = action_of(effect).attempt;
  if (std::holds_alternative<Verify>(effect)) return Checked{{Proof::Kind::unknown, std::move(why)}, true};
  if (std::holds_alternative<AskExecutor>(effect))
    return Probed{attempt, {Probe::Kind::unknown, {}, std::move(why)}};
  return Reported{attempt, {Outcome::Kind::unknown, std::move(why), {}}};
}

Fact did_not_run(const Effect& effect, Outcome::Kind kind, std::string why) {
  if (!std::holds_alternative<Dispatch>(effect)) return cannot_tell(effect, std::move(why));
  return Reported{action_of(effect).attempt, {kind, std::move(why), {}}};
}

}  // namespace riposte::agents
