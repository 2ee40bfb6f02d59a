/// What can be done to the host, as the privileged program asks for it. Every call is made in a child process
/// that ends soon.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "agent/ledger/ledger.h"
#include "agent/ledger/local_policy.h"

namespace riposte::agent {

/// What the host looks like to whoever acts on it.
struct Scene {
  const LocalPolicy& policy;      ///< as it stands when the child begins
  const Ledger& ledger;           ///< what is held: effects are views of it
  std::vector<std::int32_t> own;  ///< the agent's own processes
  Instant now;
};

/// How a child's work ended.
struct Ending {
  order::DeedResult result;
  order::Finding finding = order::Finding::none;
  bool operator==(const Ending&) const = default;
};

/// What went from the vault in one pass.
struct Swept {
  std::size_t count = 0;
  bool more = false;  ///< there is more to be swept than one pass takes
};

/// One order in two halves, so that what was found is on disk before anything happens.
struct Piece {
  /// Changes nothing. The plan for the journal; or the result, where there is nothing to be done.
  std::function<std::expected<std::string, order::DeedResult>()> look;
  std::function<order::DeedResult()> act;
};

struct Craft {
  std::function<Piece(const order::Order&, const Scene&)> make;
  /// What the world says of an order that was started and whose end is not known. Changes nothing.
  std::function<order::DeedResult(const Started&, const Scene&)> probe;
  std::function<Ending(const order::Order&, const Ledger::Known*, const Scene&)> verify;
  /// The actions hold their effects no longer; what others hold stays. To be repeated without harm.
  std::function<order::DeedResult(std::span<const ActionId>, const Scene&)> take_back;
  /// The packet filters as the holdings want them; how many tables had to be mended.
  std::function<Result<std::size_t>(const Scene&)> mend_filters;
  /// Removes what a crash left of files that were being copied, and what was kept for as long as the policy
  /// says.
  std::function<Result<Swept>(const Scene&)> sweep;
};

}  // namespace riposte::agent
