#include "connectors/process/process_order.h"

#include <gtest/gtest.h>

namespace riposte {
namespace {

using std::chrono::hours;

const WallTime kRealStart = *parse_iso8601("2026-03-29T01:30:00.000Z");

ActionRequest request(Parameters parameters) {
  ActionRequest request;
  request.parameters = std::move(parameters);
  request.not_after = kRealStart + hours(1);
  return request;
}

TEST(ProcessOrder, ReadsNumbersAndTextAlike) {
  EXPECT_EQ(read_process_order(request({{"pid", std::int64_t{4711}}}))->pid, 4711);
  const auto order = read_process_order(request({{"pid", "4711"}, {"start", "2026-03-29T03:30:00+02:00"}}));
  ASSERT_TRUE(order);
  EXPECT_EQ(order->pid, 4711);
  EXPECT_EQ(order->start, kRealStart);
}

TEST(ProcessOrder, RefusesWhatIsNoProcessNumber) {
  for (const Value& pid :
       std::initializer_list<Value>{std::int64_t{0}, std::int64_t{-1}, std::int64_t{1} << 32U, "", "12x",
                                    "0x10", "4711 ", true, "-4711"})
    EXPECT_EQ(read_process_order(request({{"pid", pid}})).error().code, Errc::invalid) << text_of(pid);
  EXPECT_FALSE(read_process_order(request({})));
  EXPECT_FALSE(read_process_order(request({{"pid", std::int64_t{4711}}, {"start", "yesterday"}})));
}

}  // namespace
}  // namespace riposte
