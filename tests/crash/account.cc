#include "tests/crash/account.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

namespace riposte::test {
namespace {

std::string text_of(const Place& place) { return fmt::format("{}@{}", place.first.value(), place.second); }

template <class Key>
std::int64_t at(const std::map<Key, std::int64_t>& numbers, const Key& key) {
  const auto found = numbers.find(key);
  return found == numbers.end() ? 0 : found->second;
}

/// Handed to an executor, or beyond that.
bool was_started(const Action& action) {
  return action.attempt > 0 && (action.state == State::executing || action.state == State::completed ||
                                action.state == State::failed || action.state == State::cancelled);
}

/// One comparison in progress.
class Comparison {
 public:
  Comparison(const Account& account, const Remains& remains) : account_(account), remains_(remains) {
    for (const Action& action : remains.actions)
      if (!rows_.emplace(action.id, &action).second)
        note(verdict_.twice, "{} is stored twice", action.id.value());
    for (const std::string& line : remains.ledger) ++runs_[ActionId(line)];
  }

  Verdict take() { return std::move(verdict_); }

  void check_ledger() {
    for (const auto& [id, runs] : runs_) {
      if (runs > 1) note(verdict_.twice, "{} ran {} times", id.value(), runs);
      const Action* row = row_of(id);
      if (row == nullptr)
        note(verdict_.unrecorded, "'{}' ran and is not on record", id.value());
      else if (!was_started(*row))
        note(verdict_.unrecorded, "{} ran while on record as {}", id.value(), name_of(row->state));
    }
  }

  void check_positions(const Remains& before) {
    for (const auto& [stream, position] : remains_.positions) {
      const std::int64_t produced = at(account_.produced, stream);
      if (position > produced)
        find("{} is at {}, but only {} records were produced", stream.value(), position, produced);
    }
    for (const auto& [stream, position] : before.positions)
      if (at(remains_.positions, stream) < position)
        find("{} went back from {} to {}", stream.value(), position, at(remains_.positions, stream));
    for (const auto& [stream, offset] : remains_.group_offsets)
      if (offset > at(remains_.positions, stream))
        find("the group's offset of {} is {}, ahead of the stored {}", stream.value(), offset,
             at(remains_.positions, stream));
  }

  /// Position and actions are one write: below the position everything is there, above it nothing.
  void check_actions() {
    for (const auto& [id, wanted] : account_.actions)
      if (!rows_.contains(id) &&
          std::ranges::any_of(wanted.places, [&](const Place& p) { return is_past(p); }))
        note(verdict_.lost, "{} of {} is missing, though its detection was dealt with", id.value(),
             wanted.event_uid);
    for (const auto& [id, row] : rows_) {
      const auto wanted = account_.actions.find(id);
      if (wanted == account_.actions.end())
        note(verdict_.extra, "{} of {} was not called for", id.value(), row->cause.event_uid);
      else
        check_cause(*row, wanted->second);
    }
  }

  void check_letters() {
    for (const auto& [place, letter] : remains_.undelivered) {
      const auto wanted = account_.letters.find(place);
      if (wanted == account_.letters.end() || wanted->second != letter)
        note(verdict_.extra, "{} became a dead letter ({})", text_of(place), letter.reason);
      if (!is_past(place)) find("the dead letter of {} is ahead of the position", text_of(place));
    }
  }

  void check_audit() {
    std::map<Partition, std::uint64_t> last;
    std::map<ActionId, const AuditRecord*> latest;
    std::map<std::pair<ActionId, std::string>, int> times;
    for (const AuditRecord& record : remains_.audit) {
      if (record.sequence != ++last[record.partition])
        find("partition {}: audit record {} where {} was due", record.partition.value(), record.sequence,
             last[record.partition]);
      latest[record.action] = &record;
      ++times[{record.action, record.event}];
    }
    for (const auto& [what, count] : times)
      if (count > 1 && (what.second == "proposed" || what.second == "started"))
        note(verdict_.twice, "{} was {} {} times", what.first.value(), what.second, count);
    for (const auto& [id, row] : rows_) {
      const auto found = latest.find(id);
      if (found == latest.end() || found->second->to != row->state ||
          found->second->verification != row->verification)
        find("{} is {}, and its last audit record does not say so", id.value(), name_of(row->state));
    }
    for (const auto& [id, record] : latest)
      if (!rows_.contains(id)) find("{} has an audit trail and no row", id.value());
  }

  void check_doubts() {
    for (const auto& [id, row] : rows_) {
      if (!row->in_doubt) continue;
      ++verdict_.in_doubt;
      const bool cut_off = row->type == ActionType::run_script && remains_.started_scripts.contains(id) &&
                           !remains_.ended_scripts.contains(id);
      if (!cut_off) find("{} is in doubt, though no script of it was cut off: {}", id.value(), row->detail);
    }
  }

  void check_approvals() {
    for (const auto& [id, wanted] : account_.actions) {
      const Action* row = row_of(id);
      if (!wanted.is_offer || row == nullptr) continue;
      const bool waits = row->state == State::pending_approval;
      if (!waits && !account_.approval_asked.contains(id)) find("{} went on without an approval", id.value());
      if (waits && account_.approval_confirmed.contains(id))
        note(verdict_.lost, "the confirmed approval of {} is gone", id.value());
    }
  }

  void check_end_of_actions() {
    for (const auto& [stream, produced] : account_.produced)
      if (at(remains_.positions, stream) != produced)
        find("{} ended at {} of {} records", stream.value(), at(remains_.positions, stream), produced);
    for (const auto& [id, wanted] : account_.actions)
      if (const Action* row = row_of(id); row != nullptr) check_end_of(*row, wanted);
  }

  void check_delivered(const std::vector<std::pair<Place, WantedLetter>>& delivered) {
    for (const auto& [place, letter] : remains_.undelivered)
      find("the dead letter of {} was not delivered", text_of(place));
    std::set<Place> arrived;
    for (const auto& [place, letter] : delivered) {
      arrived.insert(place);
      const auto wanted = account_.letters.find(place);
      if (wanted == account_.letters.end())
        note(verdict_.extra, "{} was delivered as a dead letter ({})", text_of(place), letter.reason);
      else if (wanted->second != letter)
        find("the dead letter of {} came as '{}' with {} bytes, not '{}' with {}", text_of(place),
             letter.reason, letter.bytes.size(), wanted->second.reason, wanted->second.bytes.size());
    }
    for (const auto& [place, letter] : account_.letters)
      if (!arrived.contains(place))
        note(verdict_.lost, "the dead letter of {} ({}) never arrived", text_of(place), letter.reason);
  }

 private:
  template <class... Parts>
  void find(fmt::format_string<Parts...> format, Parts&&... parts) {
    verdict_.findings.push_back(fmt::format(format, std::forward<Parts>(parts)...));
  }
  template <class... Parts>
  void note(int& counter, fmt::format_string<Parts...> format, Parts&&... parts) {
    ++counter;
    find(format, std::forward<Parts>(parts)...);
  }

  bool is_past(const Place& place) const { return place.second < at(remains_.positions, place.first); }

  const Action* row_of(const ActionId& id) const {
    const auto found = rows_.find(id);
    return found == rows_.end() ? nullptr : found->second;
  }

  void check_cause(const Action& row, const WantedAction& wanted) {
    const Place place{row.cause.stream, row.cause.offset.value()};
    if (row.cause.event_uid != wanted.event_uid || row.cause.rule != wanted.rule ||
        row.cause.template_name != wanted.template_name || row.type != wanted.type ||
        !wanted.places.contains(place))
      find("{} names {} of {} as its cause, and that is another", row.id.value(), text_of(place),
           row.cause.event_uid);
    if (!is_past(place))
      find("{} is on record, but its detection {} is not dealt with", row.id.value(), text_of(place));
  }

  void check_end_of(const Action& row, const WantedAction& wanted) {
    const bool is_script = row.type == ActionType::run_script;
    const int runs = is_script ? at_runs(row.id) : 0;
    if (row.in_doubt) return;  // zero or one line: check_ledger() has seen to it
    if (wanted.is_offer && row.state == State::pending_approval) return;
    if (row.state != State::completed || row.verification != Verification::passed)
      find("{} ended {}, verification {}: {}", row.id.value(), name_of(row.state), name_of(row.verification),
           row.detail);
    if (is_script && row.state == State::completed && runs == 0)
      note(verdict_.lost, "{} counts as completed and never ran", row.id.value());
  }

  int at_runs(const ActionId& id) const {
    const auto found = runs_.find(id);
    return found == runs_.end() ? 0 : found->second;
  }

  const Account& account_;
  const Remains& remains_;
  std::map<ActionId, const Action*> rows_;
  std::map<ActionId, int> runs_;
  Verdict verdict_;
};

void compare_always(Comparison& comparison, const Remains& before) {
  comparison.check_ledger();
  comparison.check_positions(before);
  comparison.check_actions();
  comparison.check_letters();
  comparison.check_audit();
  comparison.check_doubts();
  comparison.check_approvals();
}

}  // namespace

Verdict compare_remains(const Account& account, const Remains& remains, const Remains& before) {
  Comparison comparison(account, remains);
  compare_always(comparison, before);
  return comparison.take();
}

Verdict compare_end(const Account& account, const Remains& remains,
                    const std::vector<std::pair<Place, WantedLetter>>& delivered) {
  Comparison comparison(account, remains);
  compare_always(comparison, {});
  comparison.check_end_of_actions();
  comparison.check_delivered(delivered);
  return comparison.take();
}

}  // namespace riposte::test
