#include "agent/hands/keeper.h"

#include <algorithm>

#include "engine/base/crash_point.h"

namespace riposte::agent {
namespace {

/// The effect that the order makes or ends; none for a file, whose effect is its action's own.
std::optional<Effect> effect_touched_by(const order::Order& order) {
  if (const auto* unblock = std::get_if<order::UnblockIp>(&order.command)) return blocking(unblock->address);
  if (std::holds_alternative<order::UnisolateHost>(order.command)) return kIsolation;
  return effect_of(order);
}

std::uint32_t other_owners(const Ledger& ledger, const order::Order& order) {
  const auto effect = effect_touched_by(order);
  if (!effect) return 0;
  const auto owners = ledger.holdings().owners_of(*effect);
  return static_cast<std::uint32_t>(
      std::ranges::count_if(owners, [&](const ActionId& owner) { return owner != order.action; }));
}

}  // namespace

Keeper::Keeper(Journal journal, Ledger ledger, Authority authority)
    : journal_(std::move(journal)),
      ledger_(std::move(ledger)),
      authority_(std::make_unique<Authority>(std::move(authority))),
      rates_(authority_->policy.rates) {}

Result<Keeper> Keeper::open(const std::filesystem::path& journal, Authority authority) {
  Ledger ledger;
  Journal opened = TRY(Journal::open(journal, authority.host.machine_id,
                                     [&ledger](const Entry& entry) { ledger.apply(entry); }));
  return Keeper(std::move(opened), std::move(ledger), std::move(authority));
}

Judgement Keeper::judge(const order::SignedOrder& sealed, const Instant& now) {
  return agent::judge(sealed, {authority_->keys, authority_->host, ledger_, authority_->policy, rates_,
                               journal_.has_room(), now});
}

void Keeper::adopt(LocalPolicy policy, const Instant& now) {
  rates_.change(policy.rates, now.since_boot);
  authority_->policy = std::move(policy);
}

Result<void> Keeper::record(std::span<const Entry> entries) {
  TRY(journal_.append(entries));
  for (const Entry& entry : entries) ledger_.apply(entry);
  return {};
}

Result<void> Keeper::compact() {
  if (!journal_.is_worth_compacting() && ledger_.size() < kKnownMax) return {};
  const bool forgot = ledger_.forget() > 0;
  if (!forgot && !journal_.is_worth_compacting()) return {};
  TRY(journal_.compact(ledger_.snapshot()));
  crash_point("agent.after_compact");
  return {};
}

order::Frame Keeper::report(const order::Order& order, Answer answer, const Instant& now) const {
  order::Report report;
  report.fleet = authority_->host.fleet;
  report.machine_id = authority_->host.machine_id;
  report.enrolment = authority_->host.enrolment;
  report.answers = order.purpose;
  report.action = order.action;
  report.attempt = order.attempt;
  report.result = order::bounded(std::move(answer.result));
  report.standing = answer.standing;
  report.finding = answer.finding;
  report.already = answer.already;
  if (const Holdings::Hold* hold = ledger_.holdings().find(order.action); hold != nullptr && hold->until)
    report.undo_due = hold->until->wall;
  report.holdings_left = other_owners(ledger_, order);
  report.journal_id = journal_.id();
  report.journal_sequence = journal_.sequence();
  report.at = ledger_.corrected(now.wall);
  const auto sealed = order::sign(report, authority_->report_key);
  // Every field was checked when it came in, and the result is cut to what fits.
  return {order::FrameType::report, sealed ? encode(*sealed) : std::string()};
}

std::vector<order::Frame> Keeper::owed_reports(const Instant& now) const {
  std::vector<const Ledger::Known*> owed;
  for (const auto& [action, known] : ledger_.known())
    if (known.done && !known.acknowledged) owed.push_back(&known);
  const auto oldest = [](const Ledger::Known* known) { return known->done->at; };
  std::ranges::sort(owed, {}, oldest);
  owed.resize(std::min(owed.size(), kOwedReportsMax));
  std::vector<order::Frame> frames;
  for (const Ledger::Known* known : owed)
    frames.push_back(report(known->started.order, {known->done->result, order::Standing::ended}, now));
  return frames;
}

order::Frame Keeper::hello(const order::Nonce& welcomed, const Instant& now) const {
  const HostIdentity& host = authority_->host;
  const auto sealed = order::sign(order::Hello{host.fleet, host.machine_id, host.enrolment, journal_.id(),
                                               journal_.sequence(), welcomed, ledger_.corrected(now.wall)},
                                  authority_->report_key);
  return {order::FrameType::hello, sealed ? encode(*sealed) : std::string()};
}

Result<void> Keeper::check_pong(std::string_view bytes, const order::Nonce& asked, const Instant& now) const {
  const auto sealed = TRY(order::decode_signed<order::Domain::pong>(bytes));
  const order::Pong pong =
      TRY(order::open_pong(sealed, authority_->keys, asked, ledger_.corrected(now.wall)));
  if (pong.fleet != authority_->host.fleet || pong.machine_id != authority_->host.machine_id)
    return fail(Errc::denied, "the pong is for machine " + pong.machine_id + " of fleet " + pong.fleet);
  return {};
}

Started Keeper::start_of(const order::Order& order, std::string plan, const Instant& now) const {
  Started started{order, std::move(plan), now, {}};
  if (order.ttl > Duration::zero()) started.undo_due = later(now, order.ttl + kEngineGrace);
  return started;
}

}  // namespace riposte::agent
