#include "connectors/agents/router.h"

#include <algorithm>
#include <utility>

#include "connectors/agents/render_order.h"
#include "connectors/agents/report_fact.h"
#include "engine/base/ascii.h"
#include "engine/base/hex.h"
#include "engine/base/printable.h"

namespace riposte::agents {
namespace {

std::set<std::string> in_lower_case(const std::set<std::string>& names) {
  std::set<std::string> lower;
  for (const std::string& name : names) lower.insert(lower_ascii(name));
  return lower;
}

/// What was called by its name, and nobody answers to it.
std::string nobody_is(const ActionRequest& request) {
  const bool agent = request.execute_from.place == ExecuteFrom::Place::agent;
  return "no agent for host '" + printable(agent ? request.execute_from.agent : request.host) +
         "'; \"riposte agents enroll\" lets one join";
}

/// Detections may come late, but an order must not outlive the action's own time in the queue.
WallTime expiry_of(const Action& action, WallTime now, Duration life) {
  const bool was_free_at_once = action.approver.empty() && action.chain.after.value().empty();
  WallTime expires = now + life;
  if (was_free_at_once && action.attempt <= 1)
    expires = std::min(expires, action.created_at + action.pickup_deadline);
  return std::max(expires, now + std::chrono::seconds(1));
}

RouterOptions with_lower_names(RouterOptions options) {
  options.own_hosts = in_lower_case(options.own_hosts);
  return options;
}

}  // namespace

Router::Router(RouterOptions options, RouterContext context)
    : options_(with_lower_names(std::move(options))),
      context_(std::move(context)),
      began_(context_.clock.now()),
      refused_reports_(context_.metrics.counter("riposte_agent_reports_refused_total",
                                                "Reports of hosts that were not theirs or did not decode")),
      routing_(std::make_shared<Routing>(context_.enrolled())),
      refreshed_at_(began_) {}

void Router::use(Channel* channel) {
  const std::scoped_lock lock(mutex_);
  channel_ = channel;
}

void Router::refresh() {
  auto fresh = std::make_shared<const Routing>(context_.enrolled());
  const std::scoped_lock lock(mutex_);
  routing_ = std::move(fresh);
  refreshed_at_ = context_.clock.now();
}

std::shared_ptr<const Routing> Router::routing() const {
  const std::scoped_lock lock(mutex_);
  return routing_;
}

/// Whoever is not found may have been enrolled a moment ago.
std::shared_ptr<const Routing> Router::fresh_routing() const {
  const WallTime now = context_.clock.now();
  {
    const std::scoped_lock lock(mutex_);
    if (now - refreshed_at_ < kRefreshInterval) return routing_;
    refreshed_at_ = now;
  }
  auto fresh = std::make_shared<const Routing>(context_.enrolled());
  const std::scoped_lock lock(mutex_);
  routing_ = fresh;
  return fresh;
}

bool Router::is_done_here(const Action& action) const {
  const bool was_begun_here = action.attempt > 0 && bound_host_of(action).empty();
  return !is_for_hosts(action.type) || action.execute_from.place == ExecuteFrom::Place::engine ||
         was_begun_here;
}

std::string Router::absence_of(const AgentEntry& entry) const {
  const auto host = hosts_.find(entry.machine_id);
  const std::string name = "agent " + entry.name + " (" + entry.machine_id + ") ";
  if (host == hosts_.end() || !host->second.since)
    return name + "has not come since this engine started at " + iso8601(began_);
  return name + "has been away since " + iso8601(*host->second.since);
}

Route Router::route_to(const AgentEntry& entry) const {
  const std::scoped_lock lock(mutex_);
  const auto host = hosts_.find(entry.machine_id);
  if (host == hosts_.end() || !host->second.connected)
    return {Reach::offline, entry.machine_id, {}, absence_of(entry)};
  return {Reach::connected, entry.machine_id,
          evidence_of({entry.name, entry.machine_id, entry.enrolment, host->second.journal}), ""};
}

Route Router::route_bound(const Routing& routing, const Binding& bound) const {
  const AgentEntry* entry = routing.find_machine(bound.machine_id);
  // give() says why nobody can tell any more.
  if (entry == nullptr || entry->enrolment != bound.enrolment)
    return {Reach::connected, bound.machine_id, {}, ""};
  return route_to(*entry);
}

Route Router::route(const Action& action) const {
  if (is_done_here(action)) return {};
  auto known = routing();
  if (const auto bound = binding_of(action)) return route_bound(*known, *bound);
  Routing::Meant meant = known->find(action);
  if (meant.entry == nullptr) {
    known = fresh_routing();
    meant = known->find(action);
  }
  if (meant.entry != nullptr) return route_to(*meant.entry);
  const bool own = action.execute_from.place == ExecuteFrom::Place::host &&
                   options_.own_hosts.contains(lower_ascii(action.host));
  if (own && meant.why.empty()) return {};
  return {Reach::unknown_host, "", {}, meant.why.empty() ? nobody_is(action) : meant.why};
}

/// What is to be answered without asking the host.
std::optional<Fact> Router::objection(const Effect& effect, const AgentEntry* entry) const {
  const Action& action = action_of(effect);
  const auto bound = binding_of(action);
  if (entry == nullptr)
    return did_not_run(effect, Outcome::Kind::unsupported,
                       "agent " + (bound ? bound->agent : action.host) + " is not enrolled any more");
  if (bound && bound->enrolment != entry->enrolment)
    return did_not_run(effect, Outcome::Kind::refused_identity,
                       "agent " + entry->name + " was enrolled anew at " + iso8601(entry->enrolled_at));
  if (action.created_at < entry->enrolled_at)
    return did_not_run(effect, Outcome::Kind::refused_identity,
                       "agent " + entry->name + " was enrolled at " + iso8601(entry->enrolled_at) +
                           ", after this was ordered: it may be another host");
  if (!bound || !std::holds_alternative<AskExecutor>(effect)) return {};
  const std::scoped_lock lock(mutex_);
  const auto host = hosts_.find(entry->machine_id);
  if (host == hosts_.end()) return {};
  const auto& [connected, since, journal, went_back_at, ahead] = host->second;
  const bool lost = journal.went_back_from(bound->journal) ||
                    (went_back_at && action.updated_at <= *went_back_at) ||
                    (action.in_doubt && action.detail.starts_with(kJournalWentBack));
  if (!lost) return {};
  return cannot_tell(
      effect, std::string(kJournalWentBack) + "; whether this ran can only be seen on the host itself");
}

Result<order::Order> Router::addressed(const Action& action, order::Purpose purpose, const AgentEntry& entry,
                                       std::uint64_t sequence) const {
  const WallTime now = context_.clock.now();
  const bool runs = purpose == order::Purpose::carry_out;
  const Addressee to{options_.fleet,
                     entry.machine_id,
                     entry.enrolment,
                     {static_cast<std::uint32_t>(action.partition.value()), options_.epoch, sequence},
                     now,
                     runs ? expiry_of(action, now, options_.order_life) : now + options_.order_life};
  return render_order(action, purpose, to);
}

Result<order::Frame> Router::seal(const Action& action, order::Purpose purpose, const AgentEntry& entry,
                                  std::uint64_t sequence) const {
  const order::Order order = TRY(addressed(action, purpose, entry, sequence));
  return order::Frame{order::FrameType::order, encode(TRY(order::sign(order, context_.order_key)))};
}

void Router::give(Effect effect, Answer answer) {
  const Action action = action_of(effect);
  const auto known = routing();
  const auto bound = binding_of(action);
  const Routing::Meant meant =
      bound ? Routing::Meant{known->find_machine(bound->machine_id), ""} : known->find(action);
  if (!bound && meant.entry == nullptr)
    return answer(
        did_not_run(effect, Outcome::Kind::unsupported, meant.why.empty() ? nobody_is(action) : meant.why));
  if (auto fact = objection(effect, meant.entry)) return answer(std::move(fact));
  auto frame = seal(action, purpose_of(effect), *meant.entry, sequence_of(effect));
  if (!frame) return answer(did_not_run(effect, Outcome::Kind::error, frame.error().text()));
  Channel* channel = nullptr;
  {
    const std::scoped_lock lock(mutex_);
    channel = channel_;
    flights_.insert_or_assign(action.id,
                              Flight{meant.entry->machine_id, std::move(effect), std::move(answer)});
  }
  if (channel != nullptr && channel->send(meant.entry->machine_id, *std::move(frame))) return;
  std::unique_lock lock(mutex_);
  auto unsent = flights_.extract(action.id);
  lock.unlock();
  // Where the connection broke meanwhile, that was answered already.
  if (!unsent.empty()) unsent.mapped().answer(std::nullopt);
}

/// Best effort: what it is about is asked for or reported again.
void Router::send_aside(const Action& action, order::Purpose purpose) {
  const auto bound = binding_of(action);
  const auto known = routing();
  const AgentEntry* entry = known->find_machine(bound->machine_id);
  if (entry == nullptr || entry->enrolment != bound->enrolment) return;
  auto frame = seal(action, purpose, *entry, 0);
  Channel* channel = nullptr;
  {
    const std::scoped_lock lock(mutex_);
    channel = channel_;
  }
  if (frame && channel != nullptr) channel->send(entry->machine_id, *std::move(frame));
}

void Router::recorded(const Action& action) {
  if (action.state == State::executing || !binding_of(action)) return;
  bool reported = false;
  {
    const std::scoped_lock lock(mutex_);
    reported = unacknowledged_.erase(action.id) > 0;
  }
  if (reported)
    send_aside(action, order::Purpose::acknowledge);
  else if (action.state == State::cancelled)
    send_aside(action, order::Purpose::cancel);
}

Result<CarriedOrder> Router::write_out(const Action& waiting) const {
  Action action = waiting;
  ++action.attempt;  // as when it is given
  const auto known = fresh_routing();
  const Routing::Meant meant = known->find(action);
  if (meant.entry == nullptr) return fail(Errc::not_found, meant.why.empty() ? nobody_is(action) : meant.why);
  const AgentEntry& entry = *meant.entry;
  if (const auto objected = objection(Dispatch{action}, &entry))
    return fail(Errc::invalid, std::get<Reported>(*objected).outcome.detail);
  order::Order order = TRY(addressed(action, order::Purpose::carry_out, entry, 0));
  order.expires_at = order.issued_at + kCarriedOrderLife;
  const std::string bytes = encode(TRY(order::sign(order, context_.order_key)));
  return CarriedOrder{action.id, to_hex(bytes), entry.name, entry.machine_id, order.expires_at};
}

Result<std::optional<Preview>> Router::preview(const ActionRequest& request) {
  Action action;
  static_cast<ActionRequest&>(action) = request;
  const Route way = route(action);
  if (way.reach == Reach::here) return std::nullopt;
  if (way.reach == Reach::unknown_host) return fail(Errc::invalid, way.why);
  const order::Command command = TRY(command_of(request));
  const auto known = routing();
  const AgentEntry* entry = known->find_machine(way.host);
  if (entry == nullptr) return fail(Errc::unavailable, "the host was revoked this moment");
  TRY(seal(action, order::Purpose::carry_out, *entry, 0));
  Preview preview;
  preview.summary = order::text_of(command) + " by agent " + entry->name + " (" + entry->machine_id + ")";
  if (way.reach == Reach::offline)
    preview.notes.push_back(way.why + ": it would wait, " + duration_text(request.pickup_deadline) +
                            " at most");
  preview.notes.emplace_back("the host's own policy may still refuse it");
  return preview;
}

}  // namespace riposte::agents
