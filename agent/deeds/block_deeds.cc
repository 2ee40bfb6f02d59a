#include <algorithm>

#include <fmt/format.h>

#include "agent/deeds/filter_deeds.h"
#include "agent/deeds/plan.h"
#include "agent/deeds/suspensions.h"
#include "agent/filter/block_guard.h"
#include "agent/filter/canary.h"
#include "agent/filter/open_flows.h"

namespace riposte::agent {
namespace {

using order::DeedResult;
using order::Finding;

DeedResult failed_to(const char* what, const Error& error) {
  return {ResultWord::error, fmt::format("{}: {}", what, error.text()), {}};
}

/// What the owner of this host never wants blocked.
std::vector<IpNetwork> untouchable(const LocalPolicy& policy) {
  constexpr int kV4Bits = 32;
  constexpr int kV6Bits = 128;
  std::vector<IpNetwork> networks = policy.never_addresses;
  for (const ManagementFlow& flow : policy.management)
    networks.push_back({canonical(flow.address), canonical(flow.address).v6 ? kV6Bits : kV4Bits});
  return networks;
}

Facts block_facts(const IpAddress& address, std::span<const ActionId> held_by) {
  Facts facts{{"address", text_of(address)}, {"table", std::string(kBlockTable)}};
  if (!held_by.empty()) facts.emplace("held_by", names_of(held_by));
  return facts;
}

class BlockDeed final : public Deed {
 public:
  BlockDeed(const order::Order& order, const DeedGround& ground)
      : action_(order.action),
        block_{canonical(std::get<order::BlockIp>(order.command).address), order.ttl},
        ground_(ground) {}

  std::expected<std::string, DeedResult> look() override {
    const auto local = read_local_network();
    if (!local) return std::unexpected(failed_to("looking at this host's network", local.error()));
    if (const auto why = why_not_to_block(block_.address, *local, untouchable(ground_.policy)))
      return std::unexpected(DeedResult{ResultWord::refused_guard, *why, {}});
    others_ = staying(ground_.ledger.holdings().owners_of(blocking(block_.address)), std::span(&action_, 1));
    return encode_plan(block_facts(block_.address, others_));
  }

  DeedResult act(const std::stop_token&) override {
    const auto laid = lay_down();
    if (!laid) return failed_to("blocking", laid.error());
    return result();
  }

 private:
  Result<void> lay_down() {
    Nftables filters = TRY(Nftables::open());
    return settle_block(filters, block_.address, ground_, {}, block_);
  }
  /// Its packets are dropped by now; connections that nobody aborts only fall silent.
  DeedResult result() {
    const auto ended = end_flows(flows_with(block_.address));
    DeedResult result{ResultWord::ok, text_of(block_.address) + " is blocked",
                      block_facts(block_.address, others_)};
    result.evidence["time"] = duration_text(block_.left);
    result.evidence["flows_ended"] = ended ? std::to_string(*ended) : "unknown";
    if (!ended) result.detail += "; its open connections were not aborted: " + ended.error().text();
    return result;
  }

  const ActionId action_;
  const Block block_;
  const DeedGround& ground_;
  std::vector<ActionId> others_;
};

class UnblockDeed final : public Deed {
 public:
  UnblockDeed(const order::Order& order, const DeedGround& ground)
      : order_(order),
        address_(canonical(std::get<order::UnblockIp>(order.command).address)),
        ground_(ground) {}

  std::expected<std::string, DeedResult> look() override {
    lifted_ = ground_.ledger.lifted_by(order_);
    staying_ = staying(ground_.ledger.holdings().owners_of(blocking(address_)), lifted_);
    Facts plan = block_facts(address_, staying_);
    plan["lifted"] = names_of(lifted_);
    return encode_plan(std::move(plan));
  }

  DeedResult act(const std::stop_token&) override {
    const auto was_there = settle();
    if (!was_there) return failed_to("unblocking", was_there.error());
    DeedResult result{ResultWord::ok, text_of(address_) + " is no longer blocked",
                      block_facts(address_, staying_)};
    if (!staying_.empty())
      result.detail = text_of(address_) + " stays blocked: held by " + names_of(staying_);
    if (lifted_.empty() && (!*was_there || !staying_.empty())) result.word = ResultWord::already_done;
    if (result.word == ResultWord::already_done && staying_.empty())
      result.detail = text_of(address_) + " is not blocked";
    return result;
  }

 private:
  /// Whether it was in force.
  Result<bool> settle() {
    Nftables filters = TRY(Nftables::open());
    const bool was_there = TRY(is_in_force(filters, address_));
    TRY(settle_block(filters, address_, ground_, lifted_));
    return was_there;
  }

  const order::Order order_;
  const IpAddress address_;
  const DeedGround& ground_;
  std::vector<ActionId> lifted_;
  std::vector<ActionId> staying_;
};

/// What speaks against a block being whole, in sentences.
Result<std::vector<std::string>> doubts_about_block(const IpAddress& address) {
  std::vector<std::string> doubts;
  Nftables filters = TRY(Nftables::open());
  if (!TRY(is_in_force(filters, address))) doubts.push_back(text_of(address) + " is not among the blocked");
  if (!TRY(is_as_laid(filters, block_table())))
    doubts.push_back(fmt::format("table {} is missing or was changed", kBlockTable));
  if (const auto open = TRY(open_flows(flows_with(address))); !open.empty())
    doubts.push_back(fmt::format("{} connections with it are open", open.size()));
  // Asked only where the table promises that nothing leaves.
  if (const auto dropped = is_dropped_here(address); doubts.empty() && dropped && !*dropped)
    doubts.emplace_back("a packet for it left this host");
  return doubts;
}

const IpAddress& address_in(const order::Command& command) {
  const auto* block = std::get_if<order::BlockIp>(&command);
  return block != nullptr ? block->address : std::get<order::UnblockIp>(command).address;
}

Verified proof_of_block(const IpAddress& address) {
  const auto doubts = doubts_about_block(address);
  if (!doubts) return {Finding::unknown, {ResultWord::unknown, doubts.error().text(), {}}};
  if (doubts->empty()) return {Finding::proven, {ResultWord::ok, text_of(address) + " is blocked", {}}};
  return {Finding::disproven, {ResultWord::error, fmt::format("{}", fmt::join(*doubts, "; ")), {}}};
}

Result<bool> is_blocked(const IpAddress& address) {
  Nftables filters = TRY(Nftables::open());
  return is_in_force(filters, address);
}

}  // namespace

std::unique_ptr<Deed> make_block_deed(const order::Order& order, const DeedGround& ground) {
  if (std::holds_alternative<order::BlockIp>(order.command))
    return std::make_unique<BlockDeed>(order, ground);
  return std::make_unique<UnblockDeed>(order, ground);
}

Result<bool> is_in_force(Nftables& filters, const IpAddress& address) {
  const std::string listing = TRY(filters.list_json(kBlockTable));
  if (listing.empty()) return false;
  const auto blocks = TRY(blocks_in(listing));
  return std::ranges::find(blocks, canonical(address), &BlockInForce::address) != blocks.end();
}

Result<void> lay_blocks(Nftables& filters, const std::vector<Block>& wanted) {
  if (wanted.empty()) return take_up(filters, kBlockTable);
  return lay(filters, block_table(), render_blocks(wanted));
}

Result<void> settle_block(Nftables& filters, const IpAddress& address, const DeedGround& ground,
                          std::span<const ActionId> lifted, const std::optional<Block>& own) {
  const std::vector<Block> wanted = wanted_blocks(ground, lifted, own);
  if (wanted.empty() || !TRY(is_as_laid(filters, block_table()))) return lay_blocks(filters, wanted);
  Duration left{};
  for (const Block& block : wanted)
    if (canonical(block.address) == address) left = std::max(left, block.left);
  return filters.apply(left > Duration::zero() ? render_block({address, left}) : render_unblock(address));
}

DeedResult probe_block(const Started& started, const DeedGround& ground) {
  const IpAddress& address = address_in(started.order.command);
  const auto blocked = is_blocked(address);
  if (!blocked) return {ResultWord::unknown, blocked.error().text(), {}};
  const bool blocking_it = std::holds_alternative<order::BlockIp>(started.order.command);
  const auto others =
      staying(ground.ledger.holdings().owners_of(blocking(address)), ground.ledger.lifted_by(started.order));
  const std::string seen = text_of(address) + (*blocked ? " is blocked" : " is not blocked");
  if (blocking_it == *blocked || (!blocking_it && !others.empty()))
    return {ResultWord::ok, seen, block_facts(address, blocking_it ? std::vector<ActionId>{} : others)};
  return {ResultWord::error, "it was begun and has had no effect: " + seen, {}};
}

Verified verify_block(const order::Order& order, const DeedGround& ground) {
  const IpAddress& address = address_in(order.command);
  if (std::holds_alternative<order::BlockIp>(order.command)) return proof_of_block(address);
  const auto blocked = is_blocked(address);
  if (!blocked) return {Finding::unknown, {ResultWord::unknown, blocked.error().text(), {}}};
  if (!*blocked) return {Finding::proven, {ResultWord::ok, text_of(address) + " is not blocked", {}}};
  const auto owners = ground.ledger.holdings().owners_of(blocking(address));
  if (owners.empty())
    return {Finding::disproven,
            {ResultWord::error, text_of(address) + " is blocked, and nobody holds it", {}}};
  return {Finding::proven,
          {ResultWord::ok, text_of(address) + " is blocked, as other actions want it",
           block_facts(address, owners)}};
}

}  // namespace riposte::agent
