#include "agent/filter/canary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/filter/blocks.h"
#include "tests/host/filter/filter_lab.h"

namespace riposte::test {
namespace {

class Canaries : public FilterLab {
 protected:
  std::string fate_of_one_for(const std::string& whom) const {
    return victim_.tells([&] {
      const auto dropped = is_dropped_here(address(whom));
      if (!dropped) return std::string(name_of(dropped.error().code));
      return std::string(*dropped ? "dropped" : "left");
    });
  }
};

TEST_F(Canaries, TellWhatIsDroppedFromWhatLeaves) {
  for (const std::string& whom : {lan_.v4(attacker_), lan_.v6(attacker_)}) {
    EXPECT_EQ(fate_of_one_for(whom), "left");
    apply(render_block({.address = address(whom), .left = std::chrono::hours(1)}));
    EXPECT_EQ(fate_of_one_for(whom), "dropped");
  }
}

TEST_F(Canaries, WithoutAWayTellNothing) {
  for (const char* nowhere : {"203.0.113.1", "2001:db8::1"})
    EXPECT_EQ(fate_of_one_for(nowhere), "unavailable");
}

}  // namespace
}  // namespace riposte::test
