/// How many orders of a kind this host carries out, whoever signs them.
///
/// Kept in memory: what restarts this host's programs is not the engine.
#pragma once

#include <cstdint>
#include <map>

#include "engine/order/verbs.h"

namespace riposte::agent {

struct Rate {
  std::uint32_t per_minute = 0;
  std::uint32_t burst = 0;  ///< so many at once after a silence
  bool operator==(const Rate&) const = default;
};
using Rates = std::map<order::Verb, Rate>;

class RateLimits {
 public:
  explicit RateLimits(Rates rates) : rates_(std::move(rates)) {}

  /// A verb without a rate is always allowed. `since_boot`: never falls.
  bool allows(order::Verb verb, Duration since_boot) const;
  void take(order::Verb verb, Duration since_boot);
  /// Other rates from now on. What was taken counts against them, too.
  void change(Rates rates, Duration since_boot);

 private:
  /// In 60,000,000ths of an order, so that a microsecond of any rate is a whole number.
  struct Level {
    std::int64_t left = 0;
    Duration at{};
  };
  std::int64_t level(order::Verb verb, const Rate& rate, Duration since_boot) const;

  Rates rates_;
  std::map<order::Verb, Level> levels_;
};

}  // namespace riposte::agent
