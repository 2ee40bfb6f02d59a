/// Addresses that a host exchanges nothing with, as one table of packet filters.
///
/// The table is a view of what is held: the whole of it, or one address of it, is rendered and handed to
/// Nftables::apply as one transaction. The kernel itself lifts a block whose time is over.
///
/// Threads: any.
/// Limits:  addresses, no networks. Packets that do not pass the host's packet filter are not stopped: those
///          of raw packet sockets, and of containers bridged or passed through to the wire. A live connection
///          only falls silent; end_flows(flows_with(address)) ends it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/error.h"
#include "engine/base/ip_network.h"

namespace riposte {

inline constexpr std::string_view kBlockTable = "riposte_block";

/// A block lasts no longer. Far above what anybody wants, and below what the kernel takes: it refuses the
/// whole transaction for one time that is too long.
inline constexpr Duration kBlockTimeMax = std::chrono::days(365);

struct Block {
  IpAddress address;  ///< taken as canonical
  Duration left;      ///< rounded up to seconds; not above zero: no block
};

/// The whole table; none where nothing is blocked. An address that is given twice stays for the longer time.
std::string render_blocks(std::span<const Block> blocks);

/// One more block, or another time for one that is there; the rest of the table is laid down where it is
/// missing, and its rules where they were changed. Where a foreign table of the name does not go with it, the
/// kernel refuses, and the whole has to be laid down.
std::string render_block(const Block& block);

/// One address less; no harm where it was not blocked.
std::string render_unblock(const IpAddress& address);

/// A block as the kernel has it.
struct BlockInForce {
  IpAddress address;
  Duration left;              ///< Duration::max(): without end, so somebody else's
  std::uint64_t packets = 0;  ///< dropped since it was last laid down
};

/// What Nftables::list_json says of kBlockTable.
/// Errors: corrupt (no such listing; or somebody else blocked what is no single address).
Result<std::vector<BlockInForce>> blocks_in(std::string_view listing);

}  // namespace riposte
