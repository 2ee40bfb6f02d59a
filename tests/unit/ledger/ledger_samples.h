/// Orders, moments and entries for the ledger's tests.
#pragma once

#include <string>

#include "agent/ledger/ledger.h"
#include "tests/support/order_samples.h"

namespace riposte::agent {

inline const std::string kBoot = "3f1c07d2-8a44-4d0a-9a56-2f54f9b6c3aa";
inline const std::string kNextBoot = "00000000-8a44-4d0a-9a56-2f54f9b6c3aa";

/// So long after the samples were issued.
inline Instant moment(Duration after) {
  return {test::kIssued + after, kBoot, std::chrono::hours(1) + after};
}

inline ActionId action_of(int number) {
  std::string id(order::kActionIdDigits, '0');
  for (std::size_t at = id.size(); number > 0; number /= 16) id[--at] = "0123456789abcdef"[number % 16];
  return ActionId(id);
}

inline order::Order order_of(int number, order::Command command) {
  order::Order order = test::sample_order(std::move(command));
  order.action = action_of(number);
  return order;
}

inline order::BlockIp block(const char* address = "203.0.113.9") { return {*parse_address(address)}; }

inline Started start_of(const order::Order& order, Duration at = {}) {
  Started started{order, "plan of " + order.action.value(), moment(at), {}};
  if (order.ttl > Duration::zero()) started.undo_due = later(started.at, order.ttl);
  return started;
}

inline Done end_of(const order::Order& order, ResultWord word = ResultWord::ok,
                   std::vector<ActionId> lifted = {}) {
  return {order.action,
          {word, "detail", {{"name", "value"}}},
          std::move(lifted),
          test::kIssued + std::chrono::seconds(2)};
}

inline Ledger folded(const std::vector<Entry>& entries) {
  Ledger ledger;
  for (const Entry& entry : entries) ledger.apply(entry);
  return ledger;
}

}  // namespace riposte::agent
