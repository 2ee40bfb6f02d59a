/// Deeds of the packet filter: addresses blocked, the host isolated, and both again as they were.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "agent/deeds/deed.h"
#include "agent/deeds/filter_view.h"

namespace riposte::agent {

/// Of block_ip and unblock_ip.
std::unique_ptr<Deed> make_block_deed(const order::Order& order, const DeedGround& ground);
order::DeedResult probe_block(const Started& started, const DeedGround& ground);
Verified verify_block(const order::Order& order, const DeedGround& ground);

/// Of isolate_host and unisolate_host.
std::unique_ptr<Deed> make_isolation_deed(const order::Order& order, const DeedGround& ground);
order::DeedResult probe_isolation(const Started& started, const DeedGround& ground);
Verified verify_isolation(const order::Order& order, const DeedGround& ground);

/// One address as its holders want it: for the longest of their times, or not at all. The table is laid down
/// whole where it is not as it should be.
Result<void> settle_block(Nftables& filters, const IpAddress& address, const DeedGround& ground,
                          std::span<const ActionId> lifted, const std::optional<Block>& own = {});
/// All of them in one go; none: the table goes.
Result<void> lay_blocks(Nftables& filters, const std::vector<Block>& wanted);
/// Whether the kernel has it in force.
Result<bool> is_in_force(Nftables& filters, const IpAddress& address);
/// Nothing where nobody wants any. Whether the table had to be laid down.
Result<bool> settle_isolation(Nftables& filters, const std::optional<Isolation>& wanted);

/// What `lifted` held in blocks and isolations, taken back.
order::DeedResult take_back_filters(std::span<const ActionId> lifted, const DeedGround& ground);

}  // namespace riposte::agent
