#include "agent/deeds/filter_view.h"

#include <algorithm>
#include <array>
#include <sstream>

#include "agent/deeds/plan.h"

namespace riposte::agent {
namespace {

/// What `wishes` have in common.
std::vector<IpAddress> common(std::span<const IsolationWish> wishes, const auto& list_of) {
  std::vector<IpAddress> kept = list_of(wishes.front());
  for (const IsolationWish& wish : wishes.subspan(1)) {
    const std::vector<IpAddress>& others = list_of(wish);
    std::erase_if(
        kept, [&](const IpAddress& address) { return std::ranges::find(others, address) == others.end(); });
  }
  return kept;
}

/// Actions of the ledger that hold an effect of this kind.
template <class Command>
void each_holder(const DeedGround& ground, std::span<const ActionId> lifted, const auto& each) {
  for (const auto& [action, hold] : ground.ledger.holdings().all()) {
    const Ledger::Known* known = ground.ledger.find(action);
    const auto* command = known == nullptr ? nullptr : std::get_if<Command>(&known->started.order.command);
    if (command != nullptr && std::ranges::find(lifted, action) == lifted.end()) each(*command, hold, *known);
  }
}

}  // namespace

std::optional<Isolation> strictest(std::span<const IsolationWish> wishes,
                                   std::span<const ManagementFlow> management) {
  if (wishes.empty()) return {};
  const auto all = [&](bool order::IsolateHost::* allowed) {
    return std::ranges::all_of(wishes, [&](const IsolationWish& wish) { return wish.command.*allowed; });
  };
  Isolation isolation;
  for (const ManagementFlow& flow : management) isolation.management.push_back({flow.address, flow.port});
  isolation.kept = common(wishes, [](const IsolationWish& wish) { return wish.command.keep; });
  if (all(&order::IsolateHost::allow_dns))
    isolation.resolvers = common(wishes, [](const IsolationWish& wish) { return wish.resolvers; });
  isolation.dhcp = all(&order::IsolateHost::allow_dhcp);
  return isolation;
}

std::vector<Block> wanted_blocks(const DeedGround& ground, std::span<const ActionId> lifted,
                                 const std::optional<Block>& own) {
  std::vector<Block> blocks;
  if (own) blocks.push_back(*own);
  each_holder<order::BlockIp>(
      ground, lifted, [&](const order::BlockIp& block, const Holdings::Hold& hold, const Ledger::Known&) {
        const Duration left = time_left(hold.until, ground.now);
        if (left > Duration::zero()) blocks.push_back({block.address, left});
      });
  return blocks;
}

std::optional<Isolation> wanted_isolation(const DeedGround& ground, std::span<const ActionId> lifted,
                                          const std::optional<IsolationWish>& own) {
  std::vector<IsolationWish> wishes;
  if (own) wishes.push_back(*own);
  each_holder<order::IsolateHost>(
      ground, lifted,
      [&](const order::IsolateHost& isolate, const Holdings::Hold& hold, const Ledger::Known& known) {
        if (time_left(hold.until, ground.now) <= Duration::zero()) return;
        wishes.push_back({isolate, addresses_in(fact_of(decode_plan(known.started.plan), "resolvers"))});
      });
  return strictest(wishes, ground.policy.management);
}

Duration time_left(const std::optional<Instant>& until, const Instant& now) {
  if (!until) return kBlockTimeMax;
  return until->boot_id == now.boot_id ? until->since_boot - now.since_boot : until->wall - now.wall;
}

LaidTable block_table() {
  // Addresses come and go one by one; the rest of the table is the same for any of them.
  static const std::string shape =
      render_blocks(std::array{Block{*parse_address("192.0.2.1"), std::chrono::seconds(1)}});
  return {kBlockTable, shape, Nftables::Elements::left_out};
}

LaidTable isolation_table(const Isolation& isolation) {
  return {kIsolationTable, render_isolation(isolation), Nftables::Elements::listed};
}

std::string text_of(std::span<const IpAddress> addresses) {
  std::string text;
  for (const IpAddress& address : addresses) text += (text.empty() ? "" : " ") + riposte::text_of(address);
  return text;
}

std::vector<IpAddress> addresses_in(std::string_view text) {
  std::vector<IpAddress> addresses;
  std::istringstream words{std::string(text)};
  for (std::string word; words >> word;)
    if (const auto address = parse_address(word)) addresses.push_back(*address);
  return addresses;
}

}  // namespace riposte::agent
