#include "engine/authoring/replay.h"

#include <set>
#include <utility>

#include <fmt/format.h>

#include "engine/base/printable.h"

namespace riposte {
namespace {

/// Tells of every record that is of no use once, however many rule sets find it so.
class Complaints {
 public:
  Complaints(std::ostream& out, ReplayFindings& findings) : out_(out), findings_(findings) {}

  void begin_record() { told_ = false; }

  void tell(const DeadLetter& letter) {
    const std::string place = fmt::format("{}:{}", printable(letter.stream.value()), letter.offset.value());
    // One that contradicts another is found later, when its turn has come.
    const bool is_conflict = letter.reason == "conflicting_duplicate";
    if (is_conflict ? !conflicts_.insert(place).second : std::exchange(told_, true)) return;
    ++findings_.unusable[letter.reason];
    out_ << fmt::format("{}: error: {}\n", place, printable(letter.detail));
  }

 private:
  std::ostream& out_;
  ReplayFindings& findings_;
  std::set<std::string> conflicts_;
  bool told_ = false;
};

/// One pass over a history, by one rule set or by two.
class Pass {
 public:
  Pass(const ReplayRequest& request, std::ostream& complaints, ReplayFindings& findings)
      : findings_(findings),
        complaints_(complaints, findings),
        times_(request.unknown_time),
        rules_(request.rules, request.limits, events_of(Side::before)) {
    if (request.against) against_.emplace(*request.against, request.limits, events_of(Side::after));
    set_ = &request.rules.rules;
    other_ = request.against ? &request.against->rules : nullptr;
  }

  Result<void> see(const PastRecord& past) {
    ++findings_.read;
    times_.begin(past);
    complaints_.begin_record();
    if (!against_) {
      TRY(rules_.see(past.record, times_));
      return {};
    }
    const auto before = TRY(rules_.see(past.record, times_));
    const auto after = TRY(against_->see(past.record, times_));
    if (before.empty() && after.empty()) return {};
    findings_.difference.note_matches(ids_of(before, *set_), ids_of(after, *other_));
    return {};
  }

  Result<void> finish() {
    TRY(rules_.finish());
    if (against_) TRY(against_->finish());
    findings_.times = times_.counts();
    findings_.rules = rules_.tally();
    if (against_) findings_.against = against_->tally();
    return {};
  }

 private:
  ReplayEvents events_of(Side side) {
    return {[this](const DeadLetter& letter) { complaints_.tell(letter); },
            [this, side](const Action& action) {
              if (against_) findings_.difference.note_action(side, action);
            }};
  }

  static std::vector<RuleId> ids_of(const std::vector<RuleIndex>& matches, const RuleSet& rules) {
    std::vector<RuleId> ids;
    for (const RuleIndex index : matches) ids.push_back(rules.rule(index).id);
    return ids;
  }

  ReplayFindings& findings_;
  Complaints complaints_;
  EventTimes times_;
  ReplayRun rules_;
  std::optional<ReplayRun> against_;
  const RuleSet* set_;
  const RuleSet* other_;
};

}  // namespace

std::uint64_t ReplayFindings::unusable_total() const {
  std::uint64_t total = 0;
  for (const auto& [reason, count] : unusable) total += count;
  return total;
}

Result<ReplayFindings> replay(History& history, const ReplayRequest& request, std::ostream& complaints,
                              Progress& progress) {
  ReplayFindings findings;
  Pass pass(request, complaints, findings);
  Result<void> going;
  TRY(history.read([&](const PastRecord& record) {
    if (going) going = pass.see(record);
    progress.tell(history.done(), findings.read);
  }));
  TRY(going);
  TRY(pass.finish());
  return findings;
}

}  // namespace riposte
