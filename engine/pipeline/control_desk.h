/// Where people's wishes come in: checks the permission, asks the owner of the action, waits until it is
/// durable.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/pipeline/worker.h"
#include "engine/ports/control.h"

namespace riposte {

/// What the desk needs. Borrowed.
struct DeskContext {
  Clock& clock;
  Records& records;
  const Policy& policy;
  const ActionCatalogue& actions;
  const HandsByType& hands;
  RemoteHands* remote;  ///< null: there are no hosts but this one
  std::string own_host;
  std::function<Worker&(Partition)> worker_of;
  std::function<Health()> health;
};

class ControlDesk final : public Control {
 public:
  explicit ControlDesk(DeskContext context) : context_(std::move(context)) {}

  Result<Action> submit(const Principal& who, const Submission& submission) override;
  Result<SubmissionPreview> preview(const Principal& who, const Submission& submission) override;
  Result<Action> decide(const Principal& who, const ActionId& id, Decision decision,
                        std::string comment) override;
  Result<UndoPlan> plan_undo(const Principal& who, const UndoRange& range) override;
  Result<std::vector<UndoAnswer>> undo_all(const Principal& who, const UndoRange& range,
                                           const std::string& digest, const std::string& comment) override;
  Result<Action> find(const Principal& who, const ActionId& id) override;
  Result<std::vector<Action>> list(const Principal& who, const ActionQuery& query) override;
  Result<std::vector<AuditRecord>> audit(const Principal& who, const AuditQuery& query) override;
  Health health() override { return context_.health(); }

  /// A commit takes milliseconds; past this the disk is full or the engine is ending.
  static constexpr std::chrono::seconds kAnswerTimeout{5};
  /// What one query may bring back.
  static constexpr std::size_t kRowsMax = 10'000;
  /// What one call may have undone: more is more than a person has looked at.
  static constexpr std::size_t kUndoMax = 1000;

 private:
  std::future<Result<Action>> post(Ask ask);
  static Result<Action> await(std::future<Result<Action>> reply);
  Result<Decided> wish_to_undo(const Principal& who, const Action& action, std::string comment);
  Result<std::optional<Preview>> preview_of(const ActionRequest& request);
  Result<Proposed> propose(const Principal& who, const Submission& submission);

  DeskContext context_;
};

}  // namespace riposte
