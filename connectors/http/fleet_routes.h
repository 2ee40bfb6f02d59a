/// The routes about enrolled hosts.
#pragma once

#include "connectors/http/routes.h"

namespace riposte::http {

Answer list_agents(const Desks& desks, const Asked& asked);
Answer invite_agent(const Desks& desks, const Asked& asked);
Answer revoke_agent(const Desks& desks, const Asked& asked);
Answer carry_order(const Desks& desks, const Asked& asked);

}  // namespace riposte::http
