#include "connectors/agents/fleet_options.h"
#include "engine/base/ip_network.h"
#include "engine/config/sections.h"
#include "engine/order/names.h"

namespace riposte::config {

void read_agents(MapReader& map, Configuration& into) {
  auto section = map.map("agents");
  if (!section) return;
  Diagnostics& diagnostics = map.diagnostics();
  agents::FleetOptions options;
  options.fleet = section->required_text("fleet").value_or("");
  if (!options.fleet.empty() && !order::is_plain_name(options.fleet))
    diagnostics.error(section->node(),
                      "fleet '" + options.fleet +
                          "' is no plain name; write at most 64 letters, digits, '.', '_' and "
                          "'-', beginning with a letter or digit");
  options.listen_address = section->text("listen").value_or(options.listen_address);
  if (!parse_address(options.listen_address))
    diagnostics.error(section->node(), "listen '" + options.listen_address +
                                           "' is no address; write one of this host, or 0.0.0.0 for all");
  if (const auto port = section->integer("port", 0, 65535)) options.port = static_cast<std::uint16_t>(*port);
  if (const auto life = section->duration("order_life")) {
    options.order_life = *life;
    if (*life < agents::kOrderLifeMin || *life > agents::kOrderLifeMax)
      diagnostics.error(section->node(), "order_life is not between " + duration_text(agents::kOrderLifeMin) +
                                             " and " + duration_text(agents::kOrderLifeMax));
  }
  section->finish();
  into.agents = std::move(options);
}

}  // namespace riposte::config
