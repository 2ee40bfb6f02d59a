/// What a host does for an order: look and write down what is there, act, prove it, and take it back.
///
/// A deed works in two halves, so that the plan between them is on disk before anything changes. What is on a
/// host is shared by actions: an effect is laid down as all of its holders want it, and ends with the last.
///
/// Threads: one; made to run in a process of its own that ends with the deed.
/// Errors:  nothing throws; what fails is a DeedResult, bounded for a report.
/// Source:  docs/decisions/023-deeds.md
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "agent/ledger/ledger.h"
#include "agent/ledger/local_policy.h"
#include "engine/order/report.h"

namespace riposte::agent {

/// Where a deed works. Made before the fork, so a child may keep references.
struct DeedGround {
  const LocalPolicy& policy;
  const Ledger& ledger;           ///< what is held: effects are views of it
  std::vector<std::int32_t> own;  ///< the agent's own processes: they and their relatives are safe
  std::string vault_directory;    ///< "/var/lib/riposte-agent/vault"; all beside it is the agent's, too
  Instant now;
};

class Deed {
 public:
  virtual ~Deed() = default;
  /// Looks and pins, changes nothing. A plan (the state before, in the words of its verb, at most
  /// kPlanBytesMax) for the journal; or the result, where there is nothing to be done (already so, refused,
  /// gone). What ends an effect concludes here only with a refusal or an error, so that `lifted` gets its
  /// record.
  virtual std::expected<std::string, order::DeedResult> look() = 0;
  /// Only when the plan is on disk, in the same process as look().
  virtual order::DeedResult act(const std::stop_token& stop) = 0;
};
std::unique_ptr<Deed> make_deed(const order::Order& order, const DeedGround& ground);

/// Started before a crash, end unknown: what the world says became of it. ResultWord::unknown where it cannot
/// tell; ResultWord::error where the effect is not there. Changes nothing.
order::DeedResult probe(const Started& started, const DeedGround& ground);

struct Verified {
  order::Finding finding = order::Finding::unknown;
  order::DeedResult result;  ///< ok, error or unknown, as the finding is
};
/// Is the world as the order wanted it? Changes nothing. The channel's part of an isolation's proof is the
/// caller's. `known`: null where the journal has forgotten the action.
Verified verify(const order::Order& order, const Ledger::Known* known, const DeedGround& ground);

/// The host takes effects back by itself: `lifted` hold no longer (their time is over, a rollback).
/// Idempotent. What other actions hold stays.
order::DeedResult take_back(std::span<const ActionId> lifted, const DeedGround& ground);

/// The kernel's packet filters as the holdings want them: laid down whole where they differ (start, reboot,
/// somebody flushed them). How many tables had to be mended. Errors: those of Nftables; unavailable.
Result<int> mend_filters(const DeedGround& ground);

}  // namespace riposte::agent
