/// Control over a map: authorises and moves actions as the engine does, and carries nothing out.
///
/// Threads: any; what a test sets it sets before the first call.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/ports/control.h"

namespace riposte {

class FakeControl final : public Control {
 public:
  std::optional<Error> failure;   ///< what every call answers, if set
  std::function<void()> on_call;  ///< runs inside every call; may block or throw
  Health health_answer{true, ""};
  WallTime now = *parse_iso8601("2026-03-01T12:00:00Z");

  void put(Action action) {
    std::scoped_lock lock(mutex_);
    const ActionId id = action.id;
    actions_.insert_or_assign(id, std::move(action));
  }
  void put(AuditRecord record) {
    std::scoped_lock lock(mutex_);
    records_.push_back(std::move(record));
  }
  /// The submissions that were let through, in order.
  std::vector<Submission> submissions() {
    std::scoped_lock lock(mutex_);
    return submissions_;
  }
  std::optional<Action> stored(const ActionId& id) {
    std::scoped_lock lock(mutex_);
    const auto found = actions_.find(id);
    return found == actions_.end() ? std::nullopt : std::optional(found->second);
  }

  Result<Action> submit(const Principal& who, const Submission& submission) override {
    TRY(enter(who, Permission::submit, submission.type));
    std::scoped_lock lock(mutex_);
    submissions_.push_back(submission);
    Action action;
    static_cast<ActionRequest&>(action) = request_of(who, submission);
    action.state = spec_of(submission.type).destructive ? State::pending_approval : State::queued;
    action.ground = spec_of(submission.type).destructive ? Ground::manual_destructive : Ground::manual;
    action.created_at = action.updated_at = now;
    actions_.insert_or_assign(action.id, action);
    return action;
  }

  Result<SubmissionPreview> preview(const Principal& who, const Submission& submission) override {
    TRY(enter(who, Permission::submit, submission.type));
    SubmissionPreview preview;
    preview.request = request_of(who, submission);
    preview.ruling = {spec_of(submission.type).destructive, Ground::manual_destructive, "a destructive type",
                      std::chrono::hours(24)};
    preview.command = {
        "what would be done", {"/opt/run me", "--now"}, "{\"a\":1}\n", {"the process is gone"}};
    preview.approval = preview.ruling.needs_approval ? "a second person" : "nobody";
    return preview;
  }

  Result<Action> decide(const Principal& who, const ActionId& id, Decision decision,
                        std::string comment) override {
    if (failure) return std::unexpected(*failure);
    std::scoped_lock lock(mutex_);
    const auto found = actions_.find(id);
    if (found == actions_.end()) return fail(Errc::not_found, "no action " + id.value());
    Action& action = found->second;
    const bool calls_off = decision == Decision::cancel || decision == Decision::undo;
    TRY(enter(who, calls_off ? Permission::cancel : Permission::approve, action.type));
    if (decision == Decision::undo) return undo(action);
    if (decision == Decision::approve && action.submitter.name == who.name.value())
      return fail(Errc::denied, "the submitter never approves");
    if (action.state != State::pending_approval)
      return fail(Errc::conflict, "the action is " + std::string(name_of(action.state)));
    action.state = decision == Decision::approve ? State::queued : State::cancelled;
    action.approver = decision == Decision::approve ? who.name.value() : "";
    action.detail = std::move(comment);
    return action;
  }

  Result<UndoPlan> plan_undo(const Principal& who, const UndoRange& range) override {
    TRY(enter(who, Permission::cancel));
    std::scoped_lock lock(mutex_);
    UndoPlan plan;
    for (const auto& [id, action] : actions_)
      if (action.state == State::completed &&
          (range.forbidden ? range.rule.empty() : action.cause.rule.value() == range.rule) &&
          action.created_at >= range.from && action.created_at < range.to && action.undone_by.value().empty())
        plan.actions.push_back(action);
    plan.digest = "of " + std::to_string(plan.actions.size());
    return plan;
  }

  Result<std::vector<UndoAnswer>> undo_all(const Principal& who, const UndoRange& range,
                                           const std::string& digest, const std::string&) override {
    const UndoPlan plan = TRY(plan_undo(who, range));
    if (plan.digest != digest) return fail(Errc::conflict, "it has changed");
    std::scoped_lock lock(mutex_);
    std::vector<UndoAnswer> answers;
    for (const Action& action : plan.actions) answers.push_back({action.id, undo(actions_.at(action.id))});
    return answers;
  }

  Result<Action> find(const Principal& who, const ActionId& id) override {
    TRY(enter(who, Permission::read));
    std::scoped_lock lock(mutex_);
    const auto found = actions_.find(id);
    if (found == actions_.end()) return fail(Errc::not_found, "no action " + id.value());
    return found->second;
  }

  Result<std::vector<Action>> list(const Principal& who, const ActionQuery& query) override {
    TRY(enter(who, Permission::read));
    std::scoped_lock lock(mutex_);
    std::vector<Action> listed;
    for (const auto& [id, action] : actions_) {
      const bool closed = action.state == State::failed || action.state == State::cancelled;
      if (query.state && *query.state != action.state) continue;
      if (query.type && *query.type != action.type) continue;
      if (!query.rule.empty() && query.rule != action.cause.rule.value()) continue;
      if (!query.host.empty() && query.host != action.host) continue;
      if (query.open_only && closed) continue;
      listed.push_back(action);
    }
    std::ranges::stable_sort(listed, std::greater<>(), &Action::created_at);
    if (listed.size() > query.limit) listed.resize(query.limit);
    return listed;
  }

  Result<std::vector<AuditRecord>> audit(const Principal& who, const AuditQuery& query) override {
    TRY(enter(who, Permission::read));
    std::scoped_lock lock(mutex_);
    if (query.action.value().empty()) {
      const auto shown = static_cast<std::ptrdiff_t>(std::min(query.limit, records_.size()));
      return std::vector<AuditRecord>(records_.end() - shown, records_.end());
    }
    std::vector<AuditRecord> records;
    for (const AuditRecord& record : records_)
      if (record.action == query.action && records.size() < query.limit) records.push_back(record);
    return records;
  }

  Health health() override {
    if (on_call) on_call();
    return health_answer;
  }

 private:
  Result<void> enter(const Principal& who, Permission permission, std::optional<ActionType> type = {}) {
    if (on_call) on_call();
    if (failure) return std::unexpected(*failure);
    const bool allowed = type ? who.may(permission, name_of(*type)) : who.may(permission);
    if (allowed) return {};
    return fail(Errc::denied, who.name.value() + " may not " + std::string(name_of(permission)));
  }

  static Result<Action> undo(Action& action) {
    if (action.state != State::completed) return fail(Errc::conflict, "only what is completed can be undone");
    action.undone_by = ActionId("ffeeddccbbaa99887766554433221100");
    return action;
  }

  ActionRequest request_of(const Principal& who, const Submission& submission) const {
    ActionRequest request;
    request.type = submission.type;
    request.host = submission.host.empty() ? "here" : submission.host;
    const auto pid = submission.parameters.find("pid");
    request.target = pid == submission.parameters.end() ? "script" : "process " + text_of(pid->second);
    request.parameters = submission.parameters;
    request.comment = submission.comment;
    request.submitter = {Actor::Kind::person, who.name.value()};
    request.not_after = now;
    request.id = derive_action_id(submission.request_id, RuleId(), "", request.host, request.target);
    return request;
  }

  std::mutex mutex_;
  std::map<ActionId, Action> actions_;
  std::vector<AuditRecord> records_;
  std::vector<Submission> submissions_;
};

}  // namespace riposte
