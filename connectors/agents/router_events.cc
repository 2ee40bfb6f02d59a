// What comes from the hosts: that they are there, that they are not, and what they report.
#include <algorithm>
#include <utility>

#include "connectors/agents/report_fact.h"
#include "connectors/agents/router.h"
#include "engine/base/log.h"

namespace riposte::agents {

ChannelEvents Router::events() {
  return {
      [this](const AgentEntry& entry, const order::Hello& hello) { came(entry, hello); },
      [this](const std::string& machine_id) { went(machine_id); },
      [this](const std::string& machine_id, const order::SignedReport& sealed) { read(machine_id, sealed); }};
}

Router::Flights Router::take_flights(const std::string& machine_id) {
  Flights taken;
  for (auto at = flights_.begin(); at != flights_.end();) {
    if (at->second.machine_id == machine_id) {
      taken.push_back(std::move(at->second));
      at = flights_.erase(at);
    } else {
      ++at;
    }
  }
  return taken;
}

void Router::came(const AgentEntry& entry, const order::Hello& hello) {
  const WallTime now = context_.clock.now();
  const auto table = routing();
  const AgentEntry* known = table->find_machine(entry.machine_id);
  if (known == nullptr || *known != entry) refresh();
  const JournalMark journal{hello.journal_id, hello.journal_sequence};
  Flights lost;
  {
    const std::scoped_lock lock(mutex_);
    lost = take_flights(entry.machine_id);
    Host& host = hosts_[entry.machine_id];
    const JournalMark before =
        host.journal.id.empty() ? JournalMark{entry.journal_id, entry.journal_sequence} : host.journal;
    if (journal.went_back_from(before)) host.went_back_at = now;
    host.connected = true;
    host.since = now;
    host.journal = journal;
    host.clock_ahead = hello.at - now;
  }
  for (Flight& flight : lost) flight.answer(std::nullopt);
  const std::scoped_lock lock(telling_);
  if (tell_) tell_(entry.machine_id);
}

void Router::went(const std::string& machine_id) {
  Flights lost;
  {
    const std::scoped_lock lock(mutex_);
    Host& host = hosts_[machine_id];
    host.connected = false;
    host.since = context_.clock.now();
    lost = take_flights(machine_id);
  }
  for (Flight& flight : lost) flight.answer(std::nullopt);
}

void Router::on_connected(Connected tell) {
  const std::scoped_lock lock(telling_);
  tell_ = std::move(tell);
}

/// Errors: denied (not what this host says), invalid.
Result<order::Report> Router::open(const std::string& machine_id, const order::SignedReport& sealed) const {
  const auto known = routing();
  const AgentEntry* entry = known->find_machine(machine_id);
  if (entry == nullptr) return fail(Errc::denied, "no such host is enrolled");
  const order::KeyRing ring = TRY(order::KeyRing::of({order::TrustedKey{entry->report_key, WallTime{}}}));
  order::Report report = TRY(order::open_report(sealed, ring, context_.clock.now()));
  const bool own = report.fleet == options_.fleet && report.machine_id == machine_id &&
                   report.enrolment == entry->enrolment;
  if (!own) return fail(Errc::denied, "it is signed for another host, fleet or enrolment");
  return report;
}

void Router::read(const std::string& machine_id, const order::SignedReport& sealed) {
  auto report = open(machine_id, sealed);
  if (!report) {
    refused_reports_.add();
    log::warning("a host's report is refused", {{"machine_id", machine_id}, {"why", report.error().text()}});
    return;
  }
  std::unique_lock lock(mutex_);
  Host& host = hosts_[machine_id];
  if (host.journal.id == report->journal_id)
    host.journal.sequence = std::max(host.journal.sequence, report->journal_sequence);
  const auto flight = flights_.find(report->action);
  const bool awaited = flight != flights_.end() && flight->second.machine_id == machine_id;
  std::optional<Fact> fact = awaited ? fact_of(*report, flight->second.effect) : std::nullopt;
  if (!fact) {
    lock.unlock();
    if (!awaited) answer_unasked(*report, machine_id);
    return;
  }
  if (report->standing == order::Standing::ended && report->answers != order::Purpose::verify)
    unacknowledged_.insert(report->action);
  const Answer answer = std::move(flight->second.answer);
  flights_.erase(flight);
  lock.unlock();
  answer(std::move(fact));
}

/// A host repeats what it was never thanked for. Whoever has it on record thanks again.
void Router::answer_unasked(const order::Report& report, const std::string& machine_id) {
  if (report.standing != order::Standing::ended) return;
  const auto action = context_.on_record(report.action);
  if (!action || !*action || (*action)->state == State::executing) return;
  if (bound_host_of(**action) == machine_id) send_aside(**action, order::Purpose::acknowledge);
}

Router::Presence Router::Host::presence() const {
  return {.connected = connected,
          .since = since,
          .journal = journal,
          .journal_went_back = went_back_at.has_value(),
          .clock_ahead = clock_ahead};
}

Router::Presence Router::presence(const std::string& machine_id) const { return presences()[machine_id]; }

Router::Presences Router::presences() const {
  const std::scoped_lock lock(mutex_);
  Presences presences;
  for (const auto& [machine_id, host] : hosts_) presences[machine_id] = host.presence();
  for (const auto& [id, flight] : flights_) ++presences[flight.machine_id].under_way;
  return presences;
}

}  // namespace riposte::agents
