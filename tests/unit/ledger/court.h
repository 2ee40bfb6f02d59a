/// A host before which a test brings orders.
#pragma once

#include "agent/ledger/judge.h"
#include "tests/unit/ledger/ledger_samples.h"

namespace riposte::agent {

inline LocalPolicy generous() {
  LocalPolicy policy;
  policy.allow = test::every_verb();
  policy.management = {{*parse_address("192.0.2.5"), 7443}};
  return policy;
}

/// A host and everything that a judgement rests on, changed as a test likes.
struct Court {
  order::KeyRing keys = test::ring_of(test::key_of(1));
  HostIdentity host{"north", test::sample_order().machine_id, 3};
  Ledger ledger;
  LocalPolicy policy = generous();
  RateLimits rates{{}};
  bool room = true;
  Instant now = moment(std::chrono::seconds(1));

  Judgement judge(const order::Order& order, std::uint8_t key = 1) const {
    return agent::judge(*sign(order, test::key_of(key)), {keys, host, ledger, policy, rates, room, now});
  }
  Ruling ruling(const order::Order& order, std::uint8_t key = 1) const { return judge(order, key).ruling; }
};

}  // namespace riposte::agent
