#include "connectors/agents/fleet.h"

#include <algorithm>

#include "engine/base/log.h"

namespace riposte::agents {
namespace {

/// What is carried by hand cannot be called back, so it must do nothing to a host that a late copy would.
Result<void> may_be_carried(const Action& action) {
  const std::string name(name_of(action.type));
  if (!taken_back_by(action.type))
    return fail(Errc::invalid,
                "an order to " + name + " is not given out: only one that takes something back is");
  if (action.state != State::queued)
    return fail(Errc::conflict, "the action is " + std::string(name_of(action.state)) +
                                    ": only what is queued waits for its host");
  return {};
}

}  // namespace

AgentFleet::AgentFleet(const FleetOptions& options, FleetContext context, FleetKeys keys,
                       std::unique_ptr<Registry> registry)
    : context_(std::move(context)),
      keys_(std::move(keys)),
      registry_(std::move(registry)),
      tokens_(context_.data_directory / "fleet" / "tokens.json", keys_.authority.certificate().key_hash()),
      router_({options.fleet, context_.own_hosts, context_.epoch, options.order_life},
              {context_.clock, context_.metrics, keys_.order_key, [this] { return registry_->list(); },
               [this](const ActionId& id) { return context_.records.find(id); }}) {}

Result<std::unique_ptr<AgentFleet>> AgentFleet::open(const std::optional<FleetOptions>& options,
                                                     FleetContext context) {
  if (!options) return nullptr;
  const auto directory = context.data_directory / "fleet";
  FleetKeys keys =
      TRY_DOING("opening the fleet's keys", FleetKeys::open(directory, options->fleet, context.clock.now()));
  auto registry = TRY_DOING("opening the registry of agents", Registry::open(directory / "agents"));
  std::unique_ptr<AgentFleet> fleet(
      new AgentFleet(*options, std::move(context), std::move(keys), std::move(registry)));
  ServerOptions listening;
  listening.listen_address = options->listen_address;
  listening.port = options->port;
  fleet->server_ =
      TRY(AgentServer::start(listening, fleet->keys_, *fleet->registry_, fleet->tokens_,
                             fleet->context_.clock, fleet->context_.metrics, fleet->router_.events()));
  fleet->router_.use(fleet->server_.get());
  fleet->keeper_ =
      std::jthread([made = fleet.get()](const std::stop_token& stop) { made->keep_journals(stop); });
  log::info("agents may come", {{"port", static_cast<std::int64_t>(fleet->port())},
                                {"enrolled", static_cast<std::int64_t>(fleet->registry_->list().size())}});
  return fleet;
}

AgentFleet::~AgentFleet() {
  if (server_) server_->stop();
  router_.use(nullptr);
}

AgentRow AgentFleet::row_of(const AgentEntry& entry, const Router::Presence& presence) {
  return {.machine_id = entry.machine_id,
          .enrolment = entry.enrolment,
          .name = entry.name,
          .aliases = entry.aliases,
          .enrolled_at = entry.enrolled_at,
          .revoked_at = entry.revoked_at,
          .revoked_by = entry.revoked_by,
          .comment = entry.comment,
          .connected = presence.connected,
          .since = presence.since,
          .orders_under_way = presence.under_way,
          .journal_went_back = presence.journal_went_back,
          .clock_ahead = presence.clock_ahead};
}

Result<std::vector<AgentRow>> AgentFleet::list(const Principal& who) {
  TRY(demand(who, Permission::read));
  const std::vector<AgentEntry> entries = registry_->list();
  Router::Presences presences = router_.presences();
  std::vector<AgentRow> rows;
  for (const AgentEntry& entry : entries) rows.push_back(row_of(entry, presences[entry.machine_id]));
  std::ranges::sort(rows, {}, &AgentRow::name);
  return rows;
}

Result<JoinToken> AgentFleet::invite(const Principal& who, const std::string& name, Duration life) {
  TRY(demand(who, Permission::admin));
  const WallTime now = context_.clock.now();
  JoinToken token{TRY(tokens_.make(name, life, now)), name, now + life};
  log::info("a host may join", {{"name", name}, {"by", who.name.value()}});
  return token;
}

Result<AgentEntry> AgentFleet::only_one(const std::string& agent) const {
  std::vector<AgentEntry> found;
  for (const AgentEntry& entry : registry_->list())
    if (is_called(entry, agent)) found.push_back(entry);
  const bool several = found.size() > 1;
  if (several) std::erase_if(found, [](const AgentEntry& entry) { return entry.revoked_at.has_value(); });
  if (found.empty())
    return fail(Errc::not_found, several ? "every agent '" + agent + "' is revoked already"
                                         : "there is no agent '" + agent + "'");
  if (found.size() > 1)
    return fail(Errc::conflict, "several agents are called '" + agent + "'; give the machine id: " +
                                    found[0].machine_id + " or " + found[1].machine_id);
  return found.front();
}

Result<AgentRow> AgentFleet::revoke(const Principal& who, const std::string& agent,
                                    const std::string& comment) {
  TRY(demand(who, Permission::admin));
  const AgentEntry entry = TRY(only_one(agent));
  TRY(registry_->revoke(entry.machine_id, who.name.value(), comment, context_.clock.now()));
  router_.refresh();
  log::info("an agent was revoked",
            {{"name", entry.name}, {"machine_id", entry.machine_id}, {"by", who.name.value()}});
  return row_of(registry_->find(entry.machine_id).value_or(entry), router_.presence(entry.machine_id));
}

Result<CarriedOrder> AgentFleet::carry(const Principal& who, const ActionId& id) {
  TRY(demand(who, Permission::approve));
  const auto action = TRY(context_.records.find(id));
  if (!action) return fail(Errc::not_found, "there is no action " + id.value());
  TRY(demand(who, Permission::approve, name_of(action->type)));
  TRY(may_be_carried(*action));
  CarriedOrder carried = TRY(router_.write_out(*action));
  log::warning("an order was given out to be carried by hand",
               {{"action", id.value()}, {"agent", carried.agent}, {"by", who.name.value()}});
  return carried;
}

/// Between engines' runs: a journal that goes back while no engine looks is noticed by the next.
void AgentFleet::keep_journals(const std::stop_token& stop) {
  std::unique_lock lock(keeping_);
  while (!stop.stop_requested()) {
    woken_.wait_for(lock, stop, kJournalInterval, [] { return false; });
    Router::Presences presences = router_.presences();
    for (const AgentEntry& entry : registry_->list()) {
      const JournalMark& mark = presences[entry.machine_id].journal;
      const bool is_news =
          !mark.id.empty() && (mark.id != entry.journal_id || mark.sequence != entry.journal_sequence);
      if (!is_news) continue;
      if (auto kept = registry_->acknowledge(entry.machine_id, mark.id, mark.sequence); !kept)
        log::warning("a journal's mark is not kept", {{"error", kept.error().text()}});
    }
  }
}

}  // namespace riposte::agents
