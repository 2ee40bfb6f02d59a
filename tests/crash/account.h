/// What must have run, kept apart from the engine, and its comparison with what the engine did. Pure.
///
/// Limits:  what a process action did twice cannot be seen in the world; its states and its audit speak for
/// it.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/lifecycle/commit.h"

namespace riposte::test {

/// A record of the input: stream and offset.
using Place = std::pair<StreamId, std::int64_t>;

/// An action that the input calls for, whoever of its duplicates comes first.
struct WantedAction {
  std::string event_uid;
  RuleId rule;
  std::string template_name;
  ActionType type = ActionType::run_script;
  std::set<Place> places;  ///< of the detection and its duplicates
  bool is_offer = false;   ///< waits until a person approves
};

/// A record that nobody can use.
struct WantedLetter {
  std::string reason;
  std::string bytes;

  bool operator==(const WantedLetter&) const = default;
};

/// What was put into the input, and what people said.
struct Account {
  std::map<ActionId, WantedAction> actions;
  std::map<Place, WantedLetter> letters;
  std::map<StreamId, std::int64_t> produced;  ///< records per stream
  std::set<ActionId> approval_asked;          ///< sent; whether it arrived is unknown
  std::set<ActionId> approval_confirmed;      ///< answered: it is durable
};

/// What a dead engine left behind.
struct Remains {
  std::vector<Action> actions;                     ///< as often as they are listed
  std::vector<AuditRecord> audit;                  ///< by partition, then as stored
  std::map<StreamId, std::int64_t> positions;      ///< of streams that were read
  std::map<StreamId, std::int64_t> group_offsets;  ///< Kafka's own, which follow
  std::map<Place, WantedLetter> undelivered;       ///< dead letters that wait in the store
  std::vector<std::string> ledger;                 ///< a line per run of the script: the action's id
  std::set<ActionId> started_scripts;              ///< start on record
  std::set<ActionId> ended_scripts;                ///< end on record
};

/// What is wrong, a sentence each, and how much of which kind.
struct Verdict {
  std::vector<std::string> findings;
  int lost = 0;        ///< called for and not there
  int extra = 0;       ///< there and not called for
  int twice = 0;       ///< run or recorded more than once
  int unrecorded = 0;  ///< effects without their record
  int in_doubt = 0;    ///< no finding when a script was cut off
};

/// What holds at every moment, above all right after a kill. `before`: the remains of the kill before.
Verdict compare_remains(const Account& account, const Remains& remains, const Remains& before);

/// What holds when everything is dealt with: the above and that nothing is missing or unfinished.
Verdict compare_end(const Account& account, const Remains& remains,
                    const std::vector<std::pair<Place, WantedLetter>>& delivered);

}  // namespace riposte::test
