#include "agent/ledger/rate_limits.h"

#include <algorithm>

namespace riposte::agent {
namespace {

constexpr std::int64_t kOneOrder = std::chrono::microseconds(std::chrono::minutes(1)).count();

std::int64_t full_of(const Rate& rate) { return rate.burst * kOneOrder; }

}  // namespace

std::int64_t RateLimits::level(order::Verb verb, const Rate& rate, Duration since_boot) const {
  const std::int64_t full = full_of(rate);
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

void RateLimits::change(Rates rates, Duration since_boot) {
  std::map<order::Verb, Level> levels;
  for (const auto& [verb, counted] : levels_) {
    const auto rate = rates.find(verb);
    if (rate == rates.end()) continue;
    const Rate& before = rates_.at(verb);
    const std::int64_t taken = full_of(before) - level(verb, before, since_boot);
    levels[verb] = {std::max<std::int64_t>(0, full_of(rate->second) - taken), since_boot};
  }
  rates_ = std::move(rates);
  levels_ = std::move(levels);
}

}  // namespace riposte::agent
