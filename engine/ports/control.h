/// What people may ask of the engine. Every call names who asks, and every call is authorised here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/access/access.h"
#include "engine/ports/executor.h"
#include "engine/ports/records.h"

namespace riposte {

struct Submission {
  ActionType type = ActionType::run_script;
  std::string host;       ///< empty: the engine's own host
  Parameters parameters;  ///< for a process: "pid" and, if known, "start"; for a script "script" and its own
  std::string comment;
  std::string request_id;  ///< the same id again gives the same action; empty: a new one is made
};

/// What a submission would become.
struct SubmissionPreview {
  ActionRequest request;
  Ruling ruling;
  Preview command;
  std::string approval;  ///< "a second person with approve:kill_process", or "nobody"
};

/// Completed actions, to be taken back together: of one rule, or on targets that nobody may contain any more.
struct UndoRange {
  std::string rule;                ///< its id; empty with `forbidden`: any
  std::string host{};              ///< empty: any
  std::optional<ActionType> type;  ///< empty: all that can be undone
  WallTime from;                   ///< of their creation
  WallTime to;                     ///< not in it
  bool forbidden = false;          ///< of these only those whose targets are never contained by now
};

/// What an undo of them would take back.
struct UndoPlan {
  std::vector<Action> actions;  ///< newest first; only what this person may undo
  std::string digest;           ///< of their ids: whoever has them undone repeats it
  bool more = false;            ///< there are others, for another turn
};

struct UndoAnswer {
  ActionId id;
  Result<Action> answer;
};

struct Health {
  bool ready = false;
  std::string detail;  ///< why it is not
};

/// Threads: any.
/// Errors:  denied (permission or four eyes), not_found, conflict (too late), invalid (parameters),
///          unavailable (the engine is stopping, its disk is full, or it did not answer in time: ask again,
///          same request_id).
class Control {
 public:
  virtual ~Control() = default;
  virtual Result<Action> submit(const Principal& who, const Submission& submission) = 0;
  virtual Result<SubmissionPreview> preview(const Principal& who, const Submission& submission) = 0;
  virtual Result<Action> decide(const Principal& who, const ActionId& id, Decision decision,
                                std::string comment) = 0;
  virtual Result<UndoPlan> plan_undo(const Principal& who, const UndoRange& range) = 0;
  /// `digest`: of the plan that the person has seen. Errors: conflict (it is another by now).
  virtual Result<std::vector<UndoAnswer>> undo_all(const Principal& who, const UndoRange& range,
                                                   const std::string& digest, const std::string& comment) = 0;
  virtual Result<Action> find(const Principal& who, const ActionId& id) = 0;
  virtual Result<std::vector<Action>> list(const Principal& who, const ActionQuery& query) = 0;
  virtual Result<std::vector<AuditRecord>> audit(const Principal& who, const AuditQuery& query) = 0;
  virtual Health health() = 0;
};

}  // namespace riposte
