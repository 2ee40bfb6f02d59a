#include "engine/lifecycle/fact.h"

#include <array>
#include <utility>

namespace riposte {

std::string_view name_of(Outcome::Kind kind) {
  switch (kind) {
    case Outcome::Kind::ok:
      return "ok";
    case Outcome::Kind::already_done:
      return "already_done";
    case Outcome::Kind::not_found:
      return "not_found";
    case Outcome::Kind::refused_identity:
      return "refused_identity";
    case Outcome::Kind::refused_guard:
      return "refused_guard";
    case Outcome::Kind::unsupported:
      return "unsupported";
    case Outcome::Kind::timeout:
      return "timeout";
    case Outcome::Kind::error:
      return "error";
    case Outcome::Kind::unknown:
      return "unknown";
  }
  std::unreachable();
}

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
      "proposed",          "decided",   "started",     "reported",  "probed", "checked",
      "predecessor_ended", "outlasted", "undo_failed", "unreached", "ticked"};
  return kNames[fact.index()];
}

const Action& action_of(const Effect& effect) {
  return std::visit([](const auto& kind) -> const Action& { return kind.action; }, effect);
}

std::uint64_t sequence_of(const Effect& effect) {
  return std::visit([](const auto& kind) { return kind.sequence; }, effect);
}

std::optional<PredecessorEnded> ending_of(const Action& action) {
  if (action.state != State::completed && !is_closed(action)) return {};
  return PredecessorEnded{action.id, action.cause.template_name, action.state, action.reason};
}

}  // namespace riposte
