#include "engine/pipeline/detector.h"

#include "engine/pipeline/renderer.h"

namespace riposte {
namespace {

DeadLetter dead(const RecordView& record, Unusable why, WallTime now) {
  return {record.stream,         record.offset,         now,
          std::move(why.reason), std::move(why.detail), std::string(record.bytes)};
}

/// Each follows the nearest one before it that will really be carried out: a dry run completes nothing, and
/// holds up nothing.
void link(std::vector<Proposed>& proposals, std::span<const std::size_t> members) {
  ActionId last;
  std::uint32_t position = 0;
  for (const std::size_t member : members) {
    ActionRequest& request = proposals[member].request;
    request.chain = {last, ++position, static_cast<std::uint32_t>(members.size())};
    if (!request.dry_run) last = request.id;
  }
}

}  // namespace

Detection Detector::detect(const RecordView& record, const RuleSet& rules, WallTime now,
                           const MomentOf& moment) {
  Detection detection;
  detection.stream = record.stream;
  detection.offset = record.offset;
  detection.next = record.next;
  if (record.oversize) {
    Unusable too_large{"too_large",
                       "larger than the limit of " + std::to_string(limits_.bytes_max) + " bytes"};
    detection.dead_letter = dead(record, std::move(too_large), now);
    return detection;
  }
  const auto event = parser_.parse(record.bytes);
  if (!event) {
    detection.dead_letter = dead(record, event.error(), now);
    return detection;
  }
  if (const auto matched = match(*event, record, rules, {now, moment}, detection); !matched) {
    detection.proposals.clear();
    detection.dead_letter = dead(record, {"cannot_match", matched.error().text()}, now);
    return detection;
  }
  if (!detection.proposals.empty()) detection.bytes = record.bytes;
  return detection;
}

Result<void> Detector::match(const Event& event, const RecordView& record, const RuleSet& rules,
                             const Moment& moment, Detection& detection) {
  const auto matching = TRY(rules.match(event, scratch_));
  const WallTime now = moment.of ? moment.of(matching.recognised) : moment.now;
  if (matching.empty()) return {};
  detection.matches.assign(matching.begin(), matching.end());
  const auto& [schema, recognised] = matching.recognised;
  const Detected detected{recognised, *schema, record.stream, record.offset, digest_of(record.bytes), now};
  for (const RuleIndex index : matching) respond(detected, rules.rule(index), detection);
  return {};
}

void Detector::respond(const Detected& detected, const Rule& rule, Detection& detection) {
  std::map<std::size_t, std::vector<std::size_t>> chains;
  for (const ActionTemplate& wanted : rule.responses) {
    auto request = render(detected, rule, wanted, actions_.parameters_of_script(wanted.script), policy_);
    if (!request) {
      detection.held_back.add(rule.id, Guard::minimum_severity);
      continue;
    }
    Ruling ruling = rule_on(*request, wanted.terms, policy_, detected.now);
    if (wanted.ordered) chains[wanted.block].push_back(detection.proposals.size());
    detection.proposals.push_back({std::move(*request), std::move(ruling)});
  }
  for (const auto& [block, members] : chains) link(detection.proposals, members);
}

}  // namespace riposte
