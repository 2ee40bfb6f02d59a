// What people may have taken back, one action or many of one rule.
#include "engine/lifecycle/undo.h"
#include "engine/pipeline/control_desk.h"

namespace riposte {
namespace {

/// What this person may have undone here. Never empty, because an empty list would stand for every type.
/// Errors: denied.
Result<std::vector<ActionType>> undoable_types(const Principal& who, const ActionCatalogue& actions) {
  std::vector<ActionType> types;
  for (const ActionTypeSpec& spec : action_types())
    if (spec.undo && actions.can_execute(*spec.undo) && who.may(Permission::cancel, spec.name) &&
        who.may(Permission::read, spec.name))
      types.push_back(spec.type);
  if (types.empty())
    return fail(
        Errc::denied,
        who.name.value() + " lacks the permissions read and cancel for every type that can be undone here");
  return types;
}

Result<void> check_range(const UndoRange& range) {
  if (range.rule.empty() && !range.forbidden)
    return fail(Errc::invalid, "an undo of many needs the id of their rule");
  if (range.to <= range.from)
    return fail(Errc::invalid, "the range ends at " + iso8601(range.to) + ", not after its beginning at " +
                                   iso8601(range.from));
  return {};
}

std::string digest_of_ids(const std::vector<Action>& actions) {
  std::vector<std::string_view> ids;
  for (const Action& action : actions) ids.emplace_back(action.id.value());
  return digest_of_parts(ids);
}

}  // namespace

Result<Decided> ControlDesk::wish_to_undo(const Principal& who, const Action& action, std::string comment) {
  TRY(may_undo(action));
  const ActionRequest order = undo_of(action, {Actor::Kind::person, who.name.value()}, comment);
  if (!context_.actions.can_execute(order.type))
    return fail(Errc::invalid, "this engine has no executor for " + std::string(name_of(order.type)) +
                                   ", which would undo " + std::string(name_of(action.type)));
  return Decided{Decision::undo,
                 {who.name, who.aliases},
                 std::move(comment),
                 rule_on(order, {}, context_.policy, context_.clock.now())};
}

Result<UndoPlan> ControlDesk::plan_undo(const Principal& who, const UndoRange& range) {
  ActionQuery query;
  query.types = TRY(undoable_types(who, context_.actions));
  TRY(check_range(range));
  query.undoable_only = true;
  query.type = range.type;
  query.rule = range.rule;
  query.host = range.host;
  query.from = range.from;
  query.to = range.to;
  if (range.forbidden)
    query.also = [this, now = context_.clock.now()](const Action& action) {
      return forbidden(action, context_.policy.never, now).has_value();
    };
  query.limit = kUndoMax + 1;
  UndoPlan plan;
  plan.actions = TRY(context_.records.list(query));
  plan.more = plan.actions.size() > kUndoMax;
  if (plan.more) plan.actions.resize(kUndoMax);
  plan.digest = digest_of_ids(plan.actions);
  return plan;
}

Result<std::vector<UndoAnswer>> ControlDesk::undo_all(const Principal& who, const UndoRange& range,
                                                      const std::string& digest, const std::string& comment) {
  const UndoPlan plan = TRY(plan_undo(who, range));
  if (plan.digest != digest)
    return fail(Errc::conflict, "what would be undone has changed since it was shown; look again");
  std::vector<std::pair<ActionId, std::future<Result<Action>>>> replies;
  for (const Action& action : plan.actions) {
    Decided wish = TRY(wish_to_undo(who, action, comment));
    replies.emplace_back(action.id, post({action.partition, action.id, std::move(wish), {}, {}}));
  }
  std::vector<UndoAnswer> answers;
  for (auto& [id, reply] : replies) answers.push_back({id, await(std::move(reply))});
  return answers;
}

}  // namespace riposte
