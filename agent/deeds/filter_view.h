/// What the holders of blocks and isolations want of this host's packet filters, all of them together.
///
/// Where several actions isolate the host, it is as closed as the strictest of them wants it: kept are the
/// addresses that all of them keep, and DNS and DHCP go on where all of them allow it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "agent/deeds/deed.h"
#include "agent/filter/blocks.h"
#include "agent/filter/isolation.h"
#include "agent/filter/laid_table.h"

namespace riposte::agent {

/// What one action wants, with the resolvers that the host had when it was ordered: whoever takes a host over
/// can write others.
struct IsolationWish {
  order::IsolateHost command;
  std::vector<IpAddress> resolvers;
};
/// Nothing where nobody wants any.
std::optional<Isolation> strictest(std::span<const IsolationWish> wishes,
                                   std::span<const ManagementFlow> management);

/// `lifted` do not count any more, `own` counts beside what the ledger has. Holders whose time is over are
/// left out.
std::vector<Block> wanted_blocks(const DeedGround& ground, std::span<const ActionId> lifted,
                                 const std::optional<Block>& own = {});
std::optional<Isolation> wanted_isolation(const DeedGround& ground, std::span<const ActionId> lifted,
                                          const std::optional<IsolationWish>& own = {});

/// Zero or less: it is over. Without an end, as long as a block can last.
Duration time_left(const std::optional<Instant>& until, const Instant& now);

/// The tables as is_as_laid() compares them.
LaidTable block_table();
LaidTable isolation_table(const Isolation& isolation);

/// "192.0.2.1 2001:db8::1", and back.
std::string text_of(std::span<const IpAddress> addresses);
std::vector<IpAddress> addresses_in(std::string_view text);

}  // namespace riposte::agent
