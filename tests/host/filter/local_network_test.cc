#include "agent/filter/local_network.h"

#include <fstream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/host/filter/filter_lab.h"
#include "tests/support/temporary_directory.h"

namespace riposte::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

class PlaceInTheNetwork : public ::testing::Test {
 protected:
  void expect_of(const std::function<void(const LocalNetwork&)>& expectations,
                 std::initializer_list<const char*> resolver_files = {}) {
    host_.does([&] {
      const auto read = read_local_network(std::span(resolver_files.begin(), resolver_files.size()));
      ASSERT_TRUE(read.has_value()) << read.error().text();
      expectations(*read);
    });
  }

  Lab lab_;
  Host& host_ = lab_.host("web01");
  Host& router_ = lab_.host("router");
  Network& lan_ = lab_.network({host_, router_});
};

TEST_F(PlaceInTheNetwork, HasAllOwnAddressesAndBroadcasts) {
  host_.output_of({"ip", "addr", "add", "192.0.2.7/24", "broadcast", "192.0.2.255", "dev", lan_.interface()});
  host_.output_of({"ip", "addr", "add", "198.51.100.1", "peer", "198.51.100.2", "dev", lan_.interface()});
  expect_of([&](const LocalNetwork& local) {
    for (const std::string& own : {std::string("127.0.0.1"), std::string("::1"), std::string("192.0.2.7"),
                                   std::string("198.51.100.1"), lan_.v4(host_), lan_.v6(host_)})
      EXPECT_THAT(local.own, Contains(address(own))) << own;
    EXPECT_THAT(local.own, Not(Contains(address("198.51.100.2"))));
    EXPECT_EQ(local.own.size(), 7U);  // and the link-local one
    EXPECT_THAT(local.broadcasts, ElementsAre(address("192.0.2.255")));
    EXPECT_THAT(local.gateways, IsEmpty());
    EXPECT_THAT(local.resolvers, IsEmpty());
  });
}

TEST_F(PlaceInTheNetwork, HasTheGatewaysOfAllRoutes) {
  const std::string near = lan_.v4(router_), spare = near + "0", near6 = lan_.v6(router_);
  for (const std::string& route :
       {"default via " + near,
        fmt::format("203.0.113.0/24 nexthop via {} nexthop via {} dev {}", near, spare, lan_.interface()),
        "198.51.100.0/24 via inet6 fe80::99 dev " + lan_.interface(), "-6 default via " + near6})
    host_.output_of(
        {"sh", "-c",
         route.starts_with("-6") ? "ip -6 route add " + route.substr(3) : "ip route add " + route});
  host_.output_of({"ip", "route", "add", "192.0.2.0/24", "via", lan_.v4(router_) + "1", "table", "77"});
  expect_of([&](const LocalNetwork& local) {
    EXPECT_THAT(local.gateways, UnorderedElementsAre(address(near), address(spare), address("fe80::99"),
                                                     address(near6), address(near + "1")));
  });
}

TEST_F(PlaceInTheNetwork, HasTheResolversOfAllFilesThatAreThere) {
  const TemporaryDirectory scratch;
  const std::string libc = scratch.path() / "resolv.conf", behind = scratch.path() / "behind.conf";
  std::ofstream(libc) << "nameserver 127.0.0.53\n";
  std::ofstream(behind) << "nameserver 192.0.2.53\n";
  expect_of(
      [&](const LocalNetwork& local) {
        EXPECT_THAT(local.resolvers, ElementsAre(address("127.0.0.53"), address("192.0.2.53")));
      },
      {libc.c_str(), "/run/none", behind.c_str()});
}

}  // namespace
}  // namespace riposte::test
