#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "agent/deeds/filter_deeds.h"
#include "agent/deeds/suspensions.h"
#include "agent/filter/open_flows.h"

namespace riposte::agent {
namespace {

using order::DeedResult;

/// The kernel ends a block by itself, to the second and not with its holder's record: one that is about to
/// end may be gone or still there.
constexpr Duration kEndingSoon = std::chrono::seconds(90);

/// More than these are settled at once, by laying the table down anew: each alone costs a look at it.
constexpr std::size_t kSettledAloneMax = 16;

using Addresses = std::set<std::string>;

/// Whether the kernel blocks exactly what is held, times aside.
Result<bool> blocks_match(Nftables& filters, const std::vector<Block>& wanted) {
  if (!TRY(is_as_laid(filters, block_table()))) return false;
  Addresses all, lasting;
  for (const Block& block : wanted) {
    all.insert(text_of(canonical(block.address)));
    if (block.left > kEndingSoon) lasting.insert(text_of(canonical(block.address)));
  }
  for (const BlockInForce& block : TRY(blocks_in(TRY(filters.list_json(kBlockTable))))) {
    lasting.erase(text_of(block.address));
    if (block.left > kEndingSoon && !all.contains(text_of(block.address))) return false;
  }
  return lasting.empty();
}

/// What got through while the table was not there.
void end_blocked_flows(const std::vector<Block>& blocks) {
  Addresses blocked;
  for (const Block& block : blocks) blocked.insert(text_of(canonical(block.address)));
  static_cast<void>(end_flows([&](const Flow& flow) {
    return blocked.contains(text_of(flow.remote)) || blocked.contains(text_of(flow.local));
  }));
}

Result<int> mend_blocks(Nftables& filters, const DeedGround& ground) {
  const std::vector<Block> wanted = wanted_blocks(ground, {});
  const bool matches =
      wanted.empty() ? !TRY(is_any_left(filters, kBlockTable)) : TRY(blocks_match(filters, wanted));
  if (matches) return 0;
  TRY(lay_blocks(filters, wanted));
  end_blocked_flows(wanted);
  return 1;
}

Result<int> mend_isolation(Nftables& filters, const DeedGround& ground) {
  const auto wanted = wanted_isolation(ground, {});
  if (!TRY(settle_isolation(filters, wanted))) return 0;
  if (const auto local = read_local_network(); wanted && local)
    static_cast<void>(end_flows(flows_cut_by(*wanted, *local)));
  return 1;
}

struct Lifted {
  std::vector<IpAddress> addresses;
  bool isolation = false;
};
Lifted filters_of(std::span<const ActionId> lifted, const Ledger& ledger) {
  Lifted found;
  for (const ActionId& action : lifted) {
    if (ledger.holdings().find(action) == nullptr) continue;
    const order::Command& command = ledger.find(action)->started.order.command;
    if (const auto* block = std::get_if<order::BlockIp>(&command)) found.addresses.push_back(block->address);
    if (std::holds_alternative<order::IsolateHost>(command)) found.isolation = true;
  }
  return found;
}

Result<std::string> settle(const Lifted& found, std::span<const ActionId> lifted, const DeedGround& ground) {
  std::string told;
  Nftables filters = TRY(Nftables::open());
  const bool each_alone = found.addresses.size() <= kSettledAloneMax;
  if (!each_alone) TRY(lay_blocks(filters, wanted_blocks(ground, lifted)));
  for (const IpAddress& address : found.addresses) {
    if (each_alone) TRY(settle_block(filters, canonical(address), ground, lifted));
    const auto held = staying(ground.ledger.holdings().owners_of(blocking(address)), lifted);
    told += fmt::format("{}{} {}", told.empty() ? "" : "; ", text_of(address),
                        held.empty() ? "is no longer blocked" : "stays blocked: held by " + names_of(held));
  }
  if (!found.isolation) return told;
  const auto wanted = wanted_isolation(ground, lifted);
  TRY(settle_isolation(filters, wanted));
  return told + (told.empty() ? "" : "; ") +
         (wanted ? "the host stays isolated, as others want it" : "the host is no longer isolated");
}

}  // namespace

DeedResult take_back_filters(std::span<const ActionId> lifted, const DeedGround& ground) {
  const Lifted found = filters_of(lifted, ground.ledger);
  if (found.addresses.empty() && !found.isolation) return {ResultWord::already_done, "", {}};
  auto told = settle(found, lifted, ground);
  if (!told) return {ResultWord::error, told.error().text(), {}};
  return {ResultWord::ok, *std::move(told), {}};
}

Result<int> mend_filters(const DeedGround& ground) {
  try {
    Nftables filters = TRY(Nftables::open());
    // Neither waits for the other to succeed.
    const auto blocks = mend_blocks(filters, ground);
    const auto isolation = mend_isolation(filters, ground);
    if (!blocks) return fail(blocks.error(), "mending blocks");
    if (!isolation) return fail(isolation.error(), "mending the isolation");
    return *blocks + *isolation;
  } catch (const std::exception& error) {
    return fail(Errc::unavailable, error.what());
  }
}

}  // namespace riposte::agent
