#include "engine/authoring/explain_responses.h"

#include "engine/pipeline/guards.h"
#include "engine/pipeline/renderer.h"

namespace riposte {
namespace {

std::string outcome_of(Verdict::Kind kind) {
  switch (kind) {
    case Verdict::Kind::acts:
      return "acts";
    case Verdict::Kind::waits:
      return "waits";
    case Verdict::Kind::recorded:
      return "recorded";
    case Verdict::Kind::refused:
      return "refused";
    case Verdict::Kind::held_back:
      break;
  }
  return "held_back";
}

}  // namespace

std::vector<ExplainedResponse> explain_responses(const Rule& rule, const Recognised& recognised,
                                                 const Policy& policy, const ActionCatalogue& actions,
                                                 WallTime now) {
  const Detected detected{recognised.event, *recognised.schema, StreamId("explain"), Offset(0), "", now};
  std::vector<ExplainedResponse> explained;
  for (const ActionTemplate& wanted : rule.responses) {
    const auto request = render(detected, rule, wanted, actions.parameters_of_script(wanted.script), policy);
    if (!request) {
      explained.push_back({wanted.name, "held_back",
                           below_minimum(wanted, severity_of(detected, rule)).value_or("it makes no order"),
                           "", "", ""});
      continue;
    }
    ExplainedResponse& made = explained.emplace_back();
    made = {wanted.name, "failed", request->defect, request->target, request->host, request->comment};
    if (!request->defect.empty()) continue;
    const Verdict verdict = judge(wanted, *request, policy, nullptr, now);
    made.outcome = outcome_of(verdict.kind);
    made.why = verdict.why;
  }
  return explained;
}

}  // namespace riposte
