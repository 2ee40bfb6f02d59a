#include "connectors/http/routes.h"

#include <algorithm>
#include <charconv>
#include <ranges>

#include <nlohmann/json.hpp>

#include "connectors/http/body.h"
#include "connectors/http/fleet_routes.h"
#include "connectors/http/json.h"
#include "engine/base/hex.h"
#include "engine/base/nearest.h"

namespace riposte::http {
namespace {

constexpr std::string_view kIdPlace = "{id}";

/// The one place where a Result becomes an Answer.
template <class T>
Answer answer_with(const Result<T>& result) {
  if (!result) return error_answer(result.error());
  if constexpr (std::is_same_v<T, Json>) {
    return {.body = text_of(*result)};
  } else {
    return {.body = text_of(to_json(*result))};
  }
}

/// Reads query parameters; one that nobody asked for is an error.
class Query {
 public:
  Query(const Target& target, std::span<const std::string_view> known) : target_(target), known_(known) {}

  Result<void> only_known() const {
    for (const auto& [name, value] : target_.query) {
      if (std::ranges::find(known_, name) == known_.end())
        return fail(Errc::invalid, "unknown parameter '" + name + "'" + did_you_mean(name, known_));
    }
    return {};
  }

  /// Empty when it is not given.
  std::string text(std::string_view name) const {
    const auto found = target_.query.find(name);
    return found == target_.query.end() ? "" : found->second;
  }

  Result<bool> flag(std::string_view name) const {
    const std::string value = text(name);
    if (value.empty() || value == "false") return false;
    if (value == "true") return true;
    return fail(Errc::invalid, "'" + std::string(name) + "' must be true or false, not '" + value + "'");
  }

  Result<std::size_t> limit() const {
    const std::string value = text("limit");
    if (value.empty()) return kRowsDefault;
    std::size_t rows = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), rows);
    if (error != std::errc{} || end != value.data() + value.size() || rows < 1 || rows > kRowsMax)
      return fail(Errc::invalid, "'limit' must be a number from 1 to " + std::to_string(kRowsMax));
    return rows;
  }

 private:
  const Target& target_;
  std::span<const std::string_view> known_;
};

std::vector<std::string_view> state_names() {
  std::vector<std::string_view> names;
  for (const State state : kStates) names.push_back(name_of(state));
  return names;
}

Result<ActionQuery> read_action_query(const Target& target) {
  static constexpr std::array<std::string_view, 6> kKnown{"state", "type", "rule", "host", "open", "limit"};
  const Query query(target, kKnown);
  TRY(query.only_known());
  ActionQuery wanted;
  wanted.rule = query.text("rule");
  wanted.host = query.text("host");
  wanted.open_only = TRY(query.flag("open"));
  wanted.limit = TRY(query.limit());
  if (const std::string state = query.text("state"); !state.empty()) {
    wanted.state = parse_state(state);
    if (!wanted.state)
      return fail(Errc::invalid, "'" + state + "' is no state" + did_you_mean(state, state_names()));
  }
  if (const std::string type = query.text("type"); !type.empty()) {
    wanted.type = parse_action_type(type);
    if (!wanted.type)
      return fail(Errc::invalid,
                  "'" + type + "' is no action type" + did_you_mean(type, action_type_names()));
  }
  return wanted;
}

Result<Json> list_actions(Control& control, const Asked& asked) {
  ActionQuery query = TRY(read_action_query(asked.target));
  const std::size_t limit = query.limit++;  // one more, to know whether there is more
  const std::vector<Action> actions = TRY(control.list(asked.who, query));
  return to_json(std::span(actions).first(std::min(actions.size(), limit)), actions.size() > limit);
}

Result<Json> list_audit(Control& control, const Asked& asked) {
  static constexpr std::array<std::string_view, 2> kKnown{"action", "limit"};
  const Query query(asked.target, kKnown);
  TRY(query.only_known());
  const std::size_t limit = TRY(query.limit());
  AuditQuery wanted;
  wanted.limit = limit + 1;
  if (const std::string action = query.text("action"); !action.empty())
    wanted.action = TRY(action_id(action));
  const std::vector<AuditRecord> records = TRY(control.audit(asked.who, wanted));
  const std::size_t shown = std::min(records.size(), limit);
  // Of everything the newest are wanted, of one action the first: the one too many is at the other end.
  const std::span all(records);
  return to_json(wanted.action.value().empty() ? all.last(shown) : all.first(shown), records.size() > limit);
}

Result<Action> show(Control& control, const Asked& asked) {
  return control.find(asked.who, TRY(action_id(asked.id)));
}

Result<Action> submit(Control& control, const Asked& asked) {
  return control.submit(asked.who, TRY(read_submission(asked.body)));
}

Result<SubmissionPreview> preview(Control& control, const Asked& asked) {
  return control.preview(asked.who, TRY(read_submission(asked.body)));
}

template <Decision decision>
Result<Action> decide(Control& control, const Asked& asked) {
  const ActionId id = TRY(action_id(asked.id));
  return control.decide(asked.who, id, decision, TRY(read_comment(asked.body)));
}

Result<Json> undo_many(Control& control, const Asked& asked) {
  const UndoWish wish = TRY(read_undo(asked.body));
  if (wish.digest.empty()) return to_json(TRY(control.plan_undo(asked.who, wish.range)));
  return to_json(TRY(control.undo_all(asked.who, wish.range, wish.digest, wish.comment)));
}

template <auto ask>
Answer answered(const Desks& desks, const Asked& asked) {
  return answer_with(ask(desks.control, asked));
}

Answer whoami(const Desks& /*desks*/, const Asked& asked) { return {.body = text_of(to_json(asked.who))}; }

constexpr std::array kRoutes{
    Route{{"GET", "/v1/actions"}, answered<list_actions>},
    Route{{"POST", "/v1/actions"}, answered<submit>},
    Route{{"POST", "/v1/actions/preview"}, answered<preview>},
    Route{{"GET", "/v1/actions/{id}"}, answered<show>},
    Route{{"POST", "/v1/actions/{id}/approve"}, answered<decide<Decision::approve>>},
    Route{{"POST", "/v1/actions/{id}/reject"}, answered<decide<Decision::reject>>},
    Route{{"POST", "/v1/actions/{id}/cancel"}, answered<decide<Decision::cancel>>},
    Route{{"POST", "/v1/actions/{id}/undo"}, answered<decide<Decision::undo>>},
    Route{{"POST", "/v1/actions/{id}/order"}, carry_order},
    Route{{"POST", "/v1/undo"}, answered<undo_many>},
    Route{{"GET", "/v1/audit"}, answered<list_audit>},
    Route{{"GET", "/v1/agents"}, list_agents},
    Route{{"POST", "/v1/agents/tokens"}, invite_agent},
    Route{{"POST", "/v1/agents/{id}/revoke"}, revoke_agent},
    Route{{"GET", "/v1/whoami"}, whoami},
};

}  // namespace

Result<ActionId> action_id(const std::string& text) {
  constexpr std::size_t kDigits = 32;
  if (is_hex(text, kDigits)) return ActionId(text);
  return fail(Errc::not_found, "no action '" + text + "': an id has 32 hexadecimal digits in lower case");
}

std::span<const Route> routes() { return kRoutes; }

std::optional<std::string> fit(std::string_view pattern, std::span<const std::string> path) {
  std::string id;
  std::size_t matched = 0;
  for (const auto part : std::views::split(pattern.substr(1), '/')) {
    const std::string_view wanted(part.begin(), part.end());
    if (matched == path.size()) return {};
    const std::string& segment = path[matched++];
    if (wanted == kIdPlace) {
      id = segment;
    } else if (wanted != segment) {
      return {};
    }
  }
  if (matched != path.size()) return {};
  return id;
}

}  // namespace riposte::http
