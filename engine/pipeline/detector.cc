#include "engine/pipeline/detector.h"

#include "engine/pipeline/renderer.h"

namespace riposte {
namespace {

DeadLetter dead(Record&& record, Unusable why, WallTime now) {
  return {std::move(record.stream), record.offset,         now,
          std::move(why.reason),    std::move(why.detail), std::move(record.bytes)};
}

}  // namespace

Detection Detector::detect(Record record, const RuleSet& rules, WallTime now) {
  Detection detection;
  detection.stream = record.stream;
  detection.offset = record.offset;
  detection.next = record.next;
  if (record.oversize) {
    Unusable too_large{"too_large",
                       "larger than the limit of " + std::to_string(limits_.bytes_max) + " bytes"};
    detection.dead_letter = dead(std::move(record), std::move(too_large), now);
    return detection;
  }
  const auto event = parser_.parse(record.bytes);
  if (!event) {
    detection.dead_letter = dead(std::move(record), event.error(), now);
    return detection;
  }
  if (const auto matched = match(*event, record, rules, now, detection); !matched) {
    detection.proposals.clear();
    detection.dead_letter = dead(std::move(record), {"cannot_match", matched.error().text()}, now);
    return detection;
  }
  if (!detection.proposals.empty()) detection.bytes = std::move(record.bytes);
  return detection;
}

Result<void> Detector::match(const Event& event, const Record& record, const RuleSet& rules, WallTime now,
                             Detection& detection) {
  const auto matching = TRY(rules.match(event, scratch_));
  detection.matches = matching.size();
  if (matching.empty()) return {};
  const auto& [schema, recognised] = matching.recognised;
  const Detected detected{recognised, *schema, record.stream, record.offset, digest_of(record.bytes), now};
  for (const RuleIndex index : matching) {
    const Rule& rule = rules.rule(index);
    for (const ActionTemplate& wanted : rule.responses) {
      const auto script = actions_.scripts.find(wanted.script);
      const auto parameters =
          script == actions_.scripts.end() ? std::span<const ParameterSpec>() : std::span(script->second);
      auto request = render(detected, rule, wanted, parameters, policy_.verify_after);
      if (!request) continue;
      Ruling ruling = rule_on(*request, wanted.terms, policy_, now);
      detection.proposals.push_back({std::move(*request), std::move(ruling)});
    }
  }
  return {};
}

}  // namespace riposte
