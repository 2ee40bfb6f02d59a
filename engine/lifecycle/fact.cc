#include "engine/lifecycle/fact.h"

#include <array>
#include <utility>

namespace riposte {

std::string_view name_of(Decision decision) {
  switch (decision) {
    case Decision::approve:
      return "approve";
    case Decision::reject:
      return "reject";
    case Decision::cancel:
      return "cancel";
    case Decision::undo:
      return "undo";
  }
  std::unreachable();
}

std::string_view name_of(const Fact& fact) {
  if (const auto* decided = std::get_if<Decided>(&fact)) return name_of(decided->decision);
  static constexpr std::array<std::string_view, std::variant_size_v<Fact>> kNames{
      "proposed",  "decided",     "started",           "reported",
      "probed",    "checked",     "predecessor_ended", "follower_refused",
      "outlasted", "undo_failed", "superseded",        "unreached",
      "ticked"};
  return kNames[fact.index()];
}

const Action& action_of(const Effect& effect) {
  return std::visit([](const auto& kind) -> const Action& { return kind.action; }, effect);
}

std::uint64_t sequence_of(const Effect& effect) {
  return std::visit([](const auto& kind) { return kind.sequence; }, effect);
}

std::optional<PredecessorEnded> ending_of(const Action& action) {
  const bool is_over =
      action.state == State::completed || action.state == State::failed || action.state == State::cancelled;
  if (!is_over) return {};
  return PredecessorEnded{action.id, action.cause.template_name, action.state, action.reason};
}

std::optional<FollowerRefused> refusal_of(const Action& action) {
  const bool was_refused = action.reason == Reason::rejected || action.reason == Reason::approval_expired;
  if (!was_refused || action.chain.after.value().empty()) return {};
  return FollowerRefused{action.id, action.cause.template_name, action.reason, action.chain.after,
                         action.target};
}

}  // namespace riposte
