#include "agent/filter/block_guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace riposte {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

IpAddress ip(std::string_view text) { return parse_address(text).value(); }

LocalNetwork office() {
  return {.own = {ip("192.0.2.20"), ip("2001:db8::20"), ip("fe80::20")},
          .broadcasts = {ip("192.0.2.255")},
          .gateways = {ip("192.0.2.1"), ip("fe80::1")},
          .resolvers = {ip("192.0.2.53"), ip("2001:db8::53")}};
}

const std::vector<IpNetwork>& management() {
  static const std::vector<IpNetwork> networks{parse_network("10.9.0.0/16").value(),
                                               parse_network("2001:db8:9::/48").value()};
  return networks;
}

TEST(BlockGuard, SaysWhatSpeaksAgainstABlock) {
  const std::pair<std::string, std::string> cases[] = {
      {"127.0.0.1", "127.0.0.1 is a loopback address"},
      {"127.8.9.10", "127.8.9.10 is a loopback address"},
      {"::1", "::1 is the loopback address"},
      {"224.0.0.251", "224.0.0.251 is a multicast address"},
      {"239.255.255.255", "239.255.255.255 is a multicast address"},
      {"ff02::1", "ff02::1 is a multicast address"},
      {"255.255.255.255", "255.255.255.255 is the broadcast address"},
      {"192.0.2.255", "192.0.2.255 is a broadcast address of this host's networks"},
      {"0.0.0.0", "0.0.0.0 is no address of a host"},
      {"0.1.2.3", "0.1.2.3 is no address of a host"},
      {"::", ":: is no address of a host"},
      {"192.0.2.20", "192.0.2.20 is an address of this host"},
      {"fe80::20", "fe80::20 is an address of this host"},
      {"192.0.2.1", "192.0.2.1 is a gateway of this host"},
      {"fe80::1", "fe80::1 is a gateway of this host"},
      {"2001:db8::53", "2001:db8::53 is a name resolver of this host"},
      {"10.9.1.2", "10.9.1.2 is in the management network 10.9.0.0/16"},
      {"2001:db8:9::1", "2001:db8:9::1 is in the management network 2001:db8:9::/48"},
      {"::ffff:127.0.0.1", "127.0.0.1 is a loopback address"},
      {"::ffff:10.9.1.2", "10.9.1.2 is in the management network 10.9.0.0/16"},
      {"::ffff:192.0.2.53", "192.0.2.53 is a name resolver of this host"}};
  for (const auto& [text, why] : cases) EXPECT_EQ(why_not_to_block(ip(text), office(), management()), why);
}

TEST(BlockGuard, LetsEveryOtherAddressBeBlocked) {
  for (const char* text : {"203.0.113.9", "192.0.2.21", "126.255.255.255", "128.0.0.1", "223.255.255.255",
                           "1.0.0.0", "10.8.255.255", "2001:db8::9", "fe80::9", "::2", "::ffff:203.0.113.9"})
    EXPECT_EQ(why_not_to_block(ip(text), office(), management()), std::nullopt) << text;
}

TEST(Resolvers, AreThoseThatTheCLibraryAsks) {
  EXPECT_THAT(
      resolvers_in("# nameserver 192.0.2.1\nsearch example.org\nnameserver 192.0.2.53\n"
                   "nameserver\t2001:db8::53 # spare\nnameserver fe80::53%eth0\nnameserver 192.0.2.53\n"
                   "nameserver ::ffff:192.0.2.54\nnameserver here\nnameserver\noptions ndots:1"),
      ElementsAre(ip("192.0.2.53"), ip("2001:db8::53"), ip("fe80::53"), ip("192.0.2.54")));
  EXPECT_THAT(resolvers_in(""), IsEmpty());
}

}  // namespace
}  // namespace riposte
