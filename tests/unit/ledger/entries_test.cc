#include "agent/ledger/entries.h"

#include <gtest/gtest.h>

#include "tests/unit/ledger/ledger_samples.h"

namespace riposte::agent {
namespace {

std::vector<Entry> one_of_each() {
  std::vector<Entry> entries;
  for (const order::Order& order : test::orders_of_every_verb()) entries.emplace_back(start_of(order));
  const order::Order order = order_of(7, block());
  entries.emplace_back(end_of(order, ResultWord::error, {action_of(1), action_of(2)}));
  entries.emplace_back(Released{order.action, test::kIssued});
  entries.emplace_back(Cancelled{order.action, 3, test::kIssued});
  entries.emplace_back(Acknowledged{order.action, test::kIssued});
  entries.emplace_back(FenceRaised{2, 1ULL << 40});
  entries.emplace_back(TimeMark{test::kIssued});
  return entries;
}

TEST(Entries, ComeBackAsTheyWere) {
  for (const Entry& entry : one_of_each()) {
    const auto decoded = decode_entry(encode(entry));
    ASSERT_TRUE(decoded) << decoded.error().text();
    EXPECT_EQ(*decoded, entry);
  }
}

TEST(Entries, AreRefusedWhenAnythingIsMissingOrLeftOver) {
  for (const Entry& entry : one_of_each()) {
    const std::string bytes = encode(entry);
    for (std::size_t length = 0; length < bytes.size(); ++length)
      ASSERT_FALSE(decode_entry(bytes.substr(0, length))) << length << " bytes of kind " << entry.index();
    EXPECT_FALSE(decode_entry(bytes + "x"));
  }
  EXPECT_FALSE(decode_entry(std::string(1, '\0')));
  EXPECT_FALSE(decode_entry(std::string(1, '\x08')));
}

}  // namespace
}  // namespace riposte::agent
