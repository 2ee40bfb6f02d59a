#include "agent/ledger/rate_limits.h"

#include <algorithm>

namespace riposte::agent {
namespace {

constexpr std::int64_t kOneOrder = std::chrono::microseconds(std::chrono::minutes(1)).count();

}  // namespace

std::int64_t RateLimits::level(order::Verb verb, const Rate& rate, Duration since_boot) const {
  const std::int64_t full = rate.burst * kOneOrder;
  const auto found = levels_.find(verb);
  if (found == levels_.end()) return full;
  const Duration passed = std::max(since_boot - found->second.at, Duration::zero());
  // A long silence fills it; more would overflow.
  if (passed > std::chrono::hours(24) && rate.per_minute > 0) return full;
  return std::min(full, found->second.left + passed.count() * rate.per_minute);
}

bool RateLimits::allows(order::Verb verb, Duration since_boot) const {
  const auto rate = rates_.find(verb);
  return rate == rates_.end() || level(verb, rate->second, since_boot) >= kOneOrder;
}

void RateLimits::take(order::Verb verb, Duration since_boot) {
  const auto rate = rates_.find(verb);
  if (rate == rates_.end()) return;
  const std::int64_t left = level(verb, rate->second, since_boot) - kOneOrder;
  levels_[verb] = {left, since_boot};
}

}  // namespace riposte::agent
