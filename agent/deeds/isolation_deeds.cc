#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "agent/deeds/filter_deeds.h"
#include "agent/deeds/plan.h"
#include "agent/deeds/suspensions.h"
#include "agent/filter/canary.h"
#include "agent/filter/open_flows.h"

namespace riposte::agent {
namespace {

using order::DeedResult;
using order::Finding;

/// Networks for documentation, which nobody has: nobody is bothered where a packet leaves after all.
constexpr std::array<std::string_view, 2> kCanaries{"192.0.2.1", "2001:db8::1"};

DeedResult could_not(const char* what, const Error& error) {
  return {ResultWord::error, fmt::format("{}: {}", what, error.text()), {}};
}

std::string management_text(const Isolation& isolation) {
  std::string text;
  for (const auto& flow : isolation.management)
    text += fmt::format("{}{} port {}", text.empty() ? "" : ", ", riposte::text_of(flow.address), flow.port);
  return text;
}

Facts isolation_facts(const Isolation& isolation, std::span<const ActionId> held_by) {
  Facts facts{{"table", std::string(kIsolationTable)},
              {"management", management_text(isolation)},
              {"kept", text_of(isolation.kept)},
              {"resolvers", text_of(isolation.resolvers)},
              {"dhcp", isolation.dhcp ? "yes" : "no"}};
  if (!held_by.empty()) facts.emplace("held_by", names_of(held_by));
  return facts;
}

/// Those who isolate the host beside these.
std::vector<ActionId> other_owners(const Ledger& ledger, std::span<const ActionId> not_these) {
  return staying(ledger.holdings().owners_of(kIsolation), not_these);
}

class IsolateDeed final : public Deed {
 public:
  IsolateDeed(const order::Order& order, const DeedGround& ground)
      : action_(order.action), wish_{std::get<order::IsolateHost>(order.command), {}}, ground_(ground) {}

  std::expected<std::string, DeedResult> look() override {
    if (ground_.policy.management.empty())
      return std::unexpected(
          DeedResult{ResultWord::refused_guard,
                     "the local policy names no management, so nothing would reach this host "
                     "again; name the engine's address there",
                     {}});
    auto local = read_local_network();
    if (!local) return std::unexpected(could_not("looking at this host's network", local.error()));
    wish_.resolvers = local->resolvers;
    others_ = other_owners(ground_.ledger, std::span(&action_, 1));
    return encode_plan({{"resolvers", text_of(wish_.resolvers)}, {"held_by", names_of(others_)}});
  }

  DeedResult act(const std::stop_token&) override {
    const auto wanted = wanted_isolation(ground_, {}, wish_);
    const auto laid = settle(*wanted);
    if (!laid) return could_not("isolating", laid.error());
    DeedResult result{ResultWord::ok, "this host talks to its management alone",
                      isolation_facts(*wanted, others_)};
    const std::size_t ended = end_sessions(*wanted, result);
    if (!*laid && ended == 0) result.word = ResultWord::already_done;
    return result;
  }

 private:
  static Result<bool> settle(const Isolation& isolation) {
    Nftables filters = TRY(Nftables::open());
    return settle_isolation(filters, isolation);
  }
  /// Sessions get no answers by now; those that are not aborted only fall silent.
  static std::size_t end_sessions(const Isolation& isolation, DeedResult& result) {
    const auto local = read_local_network();
    const auto ended = local ? end_flows(flows_cut_by(isolation, *local)) : std::unexpected(local.error());
    result.evidence["flows_ended"] = ended ? std::to_string(*ended) : "unknown";
    if (!ended) result.detail += "; open connections were not aborted: " + ended.error().text();
    return ended.value_or(1);
  }

  const ActionId action_;
  IsolationWish wish_;
  const DeedGround& ground_;
  std::vector<ActionId> others_;
};

class UnisolateDeed final : public Deed {
 public:
  UnisolateDeed(const order::Order& order, const DeedGround& ground) : order_(order), ground_(ground) {}

  std::expected<std::string, DeedResult> look() override {
    lifted_ = ground_.ledger.lifted_by(order_);
    return encode_plan(
        {{"lifted", names_of(lifted_)}, {"held_by", names_of(other_owners(ground_.ledger, lifted_))}});
  }

  DeedResult act(const std::stop_token&) override {
    const auto changed = settle();
    if (!changed) return could_not("ending the isolation", changed.error());
    const auto others = other_owners(ground_.ledger, lifted_);
    const ResultWord word = *changed || !lifted_.empty() ? ResultWord::ok : ResultWord::already_done;
    if (others.empty())
      return {word,
              word == ResultWord::ok ? "this host is not isolated any more" : "this host is not isolated",
              {}};
    return {word, "this host stays isolated: held by " + names_of(others), {{"held_by", names_of(others)}}};
  }

 private:
  Result<bool> settle() {
    Nftables filters = TRY(Nftables::open());
    return settle_isolation(filters, wanted_isolation(ground_, lifted_));
  }

  const order::Order order_;
  const DeedGround& ground_;
  std::vector<ActionId> lifted_;
};

/// What speaks against the isolation being whole, in sentences.
Result<std::vector<std::string>> doubts_about_isolation(const Isolation& isolation) {
  std::vector<std::string> doubts;
  Nftables filters = TRY(Nftables::open());
  if (!TRY(is_as_laid(filters, isolation_table(isolation))))
    doubts.push_back(
        fmt::format("table {} is missing, was changed, or is not what is wanted", kIsolationTable));
  const auto local = TRY(read_local_network());
  if (const auto open = TRY(open_flows(flows_cut_by(isolation, local))); !open.empty())
    doubts.push_back(fmt::format("{} connections are open that should not be", open.size()));
  if (!doubts.empty()) return doubts;
  for (const std::string_view text : kCanaries) {
    const IpAddress canary = *parse_address(text);
    if (std::ranges::find(isolation.kept, canary) != isolation.kept.end()) continue;
    const auto dropped = is_dropped_here(canary);
    if (dropped && !*dropped) doubts.push_back(fmt::format("a packet for {} left this host", text));
  }
  return doubts;
}

Verified nobody_isolates() {
  return {Finding::disproven, {ResultWord::error, "no action isolates this host any more", {}}};
}

Verified proof_of_isolation(const DeedGround& ground) {
  const auto wanted = wanted_isolation(ground, {});
  if (!wanted) return nobody_isolates();
  const auto doubts = doubts_about_isolation(*wanted);
  if (!doubts) return {Finding::unknown, {ResultWord::unknown, doubts.error().text(), {}}};
  if (!doubts->empty())
    return {Finding::disproven, {ResultWord::error, fmt::format("{}", fmt::join(*doubts, "; ")), {}}};
  return {Finding::proven,
          {ResultWord::ok, "this host talks to its management alone", isolation_facts(*wanted, {})}};
}

Result<bool> is_isolated() {
  Nftables filters = TRY(Nftables::open());
  return filters.has(kIsolationTable);
}

}  // namespace

std::unique_ptr<Deed> make_isolation_deed(const order::Order& order, const DeedGround& ground) {
  if (std::holds_alternative<order::IsolateHost>(order.command))
    return std::make_unique<IsolateDeed>(order, ground);
  return std::make_unique<UnisolateDeed>(order, ground);
}

Result<bool> settle_isolation(Nftables& filters, const std::optional<Isolation>& wanted) {
  if (!wanted) {
    const bool was_there = TRY(is_any_left(filters, kIsolationTable));
    if (was_there) TRY(take_up(filters, kIsolationTable));
    return was_there;
  }
  if (wanted->management.empty())
    return fail(Errc::invalid,
                "the local policy names no management any more, and an isolation without one is "
                "not laid down");
  if (TRY(is_as_laid(filters, isolation_table(*wanted)))) return false;
  TRY(lay(filters, isolation_table(*wanted), render_isolation(*wanted)));
  return true;
}

DeedResult probe_isolation(const Started& started, const DeedGround& ground) {
  const auto isolated = is_isolated();
  if (!isolated) return {ResultWord::unknown, isolated.error().text(), {}};
  const bool isolating = std::holds_alternative<order::IsolateHost>(started.order.command);
  const auto others = other_owners(ground.ledger, ground.ledger.lifted_by(started.order));
  const std::string seen = *isolated ? "this host is isolated" : "this host is not isolated";
  if (isolating == *isolated || (!isolating && !others.empty())) return {ResultWord::ok, seen, {}};
  return {ResultWord::error, "it was begun and has had no effect: " + seen, {}};
}

Verified verify_isolation(const order::Order& order, const DeedGround& ground) {
  if (std::holds_alternative<order::IsolateHost>(order.command)) return proof_of_isolation(ground);
  const auto isolated = is_isolated();
  if (!isolated) return {Finding::unknown, {ResultWord::unknown, isolated.error().text(), {}}};
  if (!*isolated) return {Finding::proven, {ResultWord::ok, "this host is not isolated", {}}};
  const auto owners = ground.ledger.holdings().owners_of(kIsolation);
  if (owners.empty())
    return {Finding::disproven, {ResultWord::error, "this host is isolated, and nobody holds it", {}}};
  return {
      Finding::proven,
      {ResultWord::ok, "this host is isolated, as other actions want it", {{"held_by", names_of(owners)}}}};
}

}  // namespace riposte::agent
