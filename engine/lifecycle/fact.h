/// What has happened (facts, past tense) and what is to be done about it (effects, imperative).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/result_word.h"
#include "engine/lifecycle/action.h"

namespace riposte {

/// An executor's answer.
struct Outcome {
  using Kind = ResultWord;
  Kind kind = Kind::ok;
  std::string detail;
  Evidence evidence;
};

/// A verifier's answer.
struct Proof {
  enum class Kind : std::uint8_t { proven, disproven, unknown };
  Kind kind = Kind::unknown;
  std::string detail;
};

/// What an executor can say of an order that an earlier run of the engine may have carried out.
struct Probe {
  enum class Kind : std::uint8_t {
    ran,        ///< it ran, and `outcome` is how it ended
    never_ran,  ///< it did not run, or running it again changes nothing: dispatch it
    unknown,    ///< a person decides
  };
  Kind kind = Kind::unknown;
  Outcome outcome;
  std::string detail;
};

/// A person as the four-eyes rule knows them: the name and every name they sign rules with.
struct Person {
  UserName name;
  std::vector<std::string> aliases;
};

enum class Decision : std::uint8_t { approve, reject, cancel, undo };
std::string_view name_of(Decision decision);

/// Where the policy puts a new action, and why.
struct Ruling {
  bool needs_approval = true;
  Ground ground = Ground::policy_demands;
  std::string detail;       ///< "outside active hours 'office'"
  Duration approval_ttl{};  ///< an unanswered offer is cancelled after this
  bool forbidden = false;   ///< it is never carried out; `detail` says why
};

struct Proposed {
  ActionRequest request;
  Ruling ruling;
};
struct Decided {
  Decision decision;
  Person person;
  std::string comment;
  Ruling ruling{};  ///< of an undo: on the order that takes the action back
};
/// A slot of the dispatcher is free for it.
struct Started {
  Evidence bound{};  ///< to whom it is given; stays with the action whatever the executor finds
};
struct Reported {
  std::uint32_t attempt;
  Outcome outcome;
};
/// After a restart the executor was asked about an order in `executing`.
struct Probed {
  std::uint32_t attempt;
  Probe probe;
};
struct Checked {
  Proof proof;
  bool last = false;  ///< nobody will be able to tell more: it is not asked again
};
/// The action before it in its chain has completed, or never will.
struct PredecessorEnded {
  ActionId id;
  std::string name;  ///< of its template
  State state = State::completed;
  Reason reason = Reason::none;
};
/// What was ordered behind it in its response was not let run: a person said no, or nobody answered.
struct FollowerRefused {
  ActionId id;
  std::string name;  ///< of its template
  Reason reason = Reason::rejected;
  ActionId after;  ///< the one just before it
  std::string target{};
};
/// Its time to live is over, and another action of its kind keeps the same target so for longer.
struct Outlasted {
  ActionId by;
};
/// The order by which a person wanted to take this action back was not let run, or failed.
struct UndoFailed {
  ActionId order;
  Reason reason = Reason::none;
};
/// A person's order lifts what actions of this type do to this target; what has not begun by then shall not.
struct Superseded {
  ActionId by;
  ActionType type = ActionType::isolate_host;
  std::string host;
  std::string host_id;
  std::string target;
  RuleId rule;  ///< only what this rule ordered; empty: whoever ordered it
  WallTime at;
};
/// Its time in the queue is over, and nobody was there all the while to take it.
struct Unreached {
  std::string detail;  ///< who was away, and since when
};
/// Time has passed.
struct Ticked {};

using Fact = std::variant<Proposed, Decided, Started, Reported, Probed, Checked, PredecessorEnded,
                          FollowerRefused, Outlasted, UndoFailed, Superseded, Unreached, Ticked>;
std::string_view name_of(const Fact& fact);

/// Hand the order to its executor.
struct Dispatch {
  Action action;
  std::uint64_t sequence = 0;  ///< the last audit record of its partition when it was decided
};
/// Ask its executor what became of an order.
struct AskExecutor {
  Action action;
  std::uint64_t sequence = 0;
};
/// Ask its verifier whether the world is as ordered.
struct Verify {
  Action action;
  std::uint64_t sequence = 0;
};
using Effect = std::variant<Dispatch, AskExecutor, Verify>;

const Action& action_of(const Effect& effect);
std::uint64_t sequence_of(const Effect& effect);

/// What those behind it in its chain learn from where it is now; nothing while that is open.
/// Verification is not awaited: what was started on the executor's word is not called back.
std::optional<PredecessorEnded> ending_of(const Action& action);
/// What those before it in its chain learn when it is not let run.
std::optional<FollowerRefused> refusal_of(const Action& action);

}  // namespace riposte
