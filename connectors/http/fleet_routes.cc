#include "connectors/http/fleet_routes.h"

#include <nlohmann/json.hpp>

#include "connectors/http/body.h"
#include "connectors/http/json.h"

namespace riposte::http {
namespace {

Result<Json> list(Fleet& fleet, const Asked& asked) {
  Json agents = Json::array();
  for (const AgentRow& row : TRY(fleet.list(asked.who))) agents.push_back(to_json(row));
  return Json{{"agents", std::move(agents)}};
}

Result<Json> invite(Fleet& fleet, const Asked& asked) {
  const Invitation wish = TRY(read_invitation(asked.body));
  const JoinToken token = TRY(fleet.invite(asked.who, wish.name, wish.life));
  return Json{{"token", token.token}, {"name", token.name}, {"expires_at", iso8601(token.expires_at)}};
}

Result<Json> revoke(Fleet& fleet, const Asked& asked) {
  return to_json(TRY(fleet.revoke(asked.who, asked.id, TRY(read_comment(asked.body)))));
}

Result<Json> carry(Fleet& fleet, const Asked& asked) {
  const CarriedOrder carried = TRY(fleet.carry(asked.who, TRY(action_id(asked.id))));
  return Json{{"action", carried.action.value()},
              {"order", carried.order},
              {"agent", carried.agent},
              {"machine_id", carried.machine_id},
              {"expires_at", iso8601(carried.expires_at)}};
}

Answer ask(const Desks& desks, const Asked& asked, Result<Json> (*question)(Fleet&, const Asked&)) {
  if (desks.fleet == nullptr)
    return error_answer({Errc::not_found,
                         "this engine has no agents; the configuration's section 'agents' lets them in",
                         {}});
  const Result<Json> answer = question(*desks.fleet, asked);
  return answer ? Answer{.body = text_of(*answer)} : error_answer(answer.error());
}

}  // namespace

Answer list_agents(const Desks& desks, const Asked& asked) { return ask(desks, asked, list); }
Answer invite_agent(const Desks& desks, const Asked& asked) { return ask(desks, asked, invite); }
Answer revoke_agent(const Desks& desks, const Asked& asked) { return ask(desks, asked, revoke); }
Answer carry_order(const Desks& desks, const Asked& asked) { return ask(desks, asked, carry); }

}  // namespace riposte::http
