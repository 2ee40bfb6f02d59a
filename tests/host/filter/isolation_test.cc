#include "agent/filter/isolation.h"

#include <array>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/filter/nftables.h"
#include "agent/filter/open_flows.h"
#include "tests/host/filter/filter_lab.h"
#include "tests/support/lab_talk.h"

namespace riposte::test {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::uint16_t kManagementPort = 8443;

// Connection tracking comes to life on a host as soon as any rule asks for a state.
constexpr const char* kForeignFirewall = R"(table inet firewall {
  chain inward { type filter hook input priority -300; policy accept; accept; }
  chain leaving { type filter hook output priority -300; policy accept; accept; }
  chain later { type filter hook input priority 0; ct state established,related accept; }
  chain outward { type filter hook output priority 0; ct state established,related accept; }
})";

std::string link_local_of(const Host& host, const std::string& interface) {
  const std::string line =
      host.output_of({"ip", "-brief", "-6", "addr", "show", "scope", "link", "dev", interface});
  const std::size_t from = line.find("fe80");
  return line.substr(from, line.find('/') - from);
}

/// How much of `wanted` bytes comes before nothing more does.
std::size_t received(const OwnedFd& socket, std::size_t wanted) {
  std::size_t total = 0;
  std::array<char, 65536> part{};
  pollfd watched{.fd = socket.get(), .events = POLLIN, .revents = 0};
  while (total < wanted && ::poll(&watched, 1, 2000) == 1) {
    const ssize_t got = ::recv(socket.get(), part.data(), part.size(), 0);
    if (got <= 0) break;
    total += static_cast<std::size_t>(got);
  }
  return total;
}

class IsolatedHost : public FilterLab {
 protected:
  Isolation wanted() const {
    return {.management = {{address(lan_.v4(manager_)), kManagementPort},
                           {address(lan_.v6(manager_)), kManagementPort}}};
  }
  void isolate() const { isolate(wanted()); }
  void isolate(const Isolation& isolation) const { apply(render_isolation(isolation)); }
  std::size_t cut(const Isolation& isolation) const {
    return std::stoul(victim_.tells([&] {
      const auto ended = end_flows(flows_cut_by(isolation, read_local_network({}).value()));
      if (!ended) ADD_FAILURE() << ended.error().text();
      return std::to_string(ended.value_or(0));
    }));
  }

  /// What the first counter in that chain of table "watch" has seen.
  int packets_in(const std::string& chain) const {
    const std::string listing = victim_.output_of({"nft", "list", "chain", "inet", "watch", chain});
    const std::string word = "packets ";
    return std::stoi(listing.substr(listing.find(word) + word.size()));
  }

  Listener management4_{manager_, lan_.v4(manager_), kManagementPort};
  Listener management6_{manager_, lan_.v6(manager_), kManagementPort};
};

TEST_F(IsolatedHost, TalksToItsManagementAlone) {
  isolate();
  for (const Listener* management : {&management4_, &management6_})
    EXPECT_EQ(knock(victim_, *management), Knock::answered) << management->address();
  for (const auto of : {&Network::v4, &Network::v6}) {
    const Listener here(victim_, (lan_.*of)(victim_)), there(attacker_, (lan_.*of)(attacker_)),
        other_port(manager_, (lan_.*of)(manager_)),
        same_port(attacker_, (lan_.*of)(attacker_), kManagementPort);
    for (const Host* from : {&attacker_, &manager_}) EXPECT_EQ(knock(*from, here, kSoon), Knock::silent);
    for (const Listener* door : {&there, &other_port, &same_port})
      EXPECT_EQ(knock(victim_, *door, kSoon), Knock::silent);
    EXPECT_FALSE(arrives(victim_, 0, attacker_, there.address(), 5000));
    EXPECT_FALSE(arrives(attacker_, 0, victim_, here.address(), 5000));
    EXPECT_FALSE(arrives(victim_, 0, manager_, (lan_.*of)(manager_), kManagementPort));
  }
}

TEST_F(IsolatedHost, LosesOpenSessionsWhetherOrNotConnectionsAreTracked) {
  for (const bool tracked : {false, true}) {
    if (tracked) victim_.output_of({"nft", "-f", "-"}, kForeignFirewall);
    for (const auto of : {&Network::v4, &Network::v6}) {
      const Listener here(victim_, (lan_.*of)(victim_)), there(attacker_, (lan_.*of)(attacker_));
      Conversation in(attacker_, here), out(victim_, there);
      EXPECT_EQ(in.talk(), Line::alive);
      isolate();
      for (Conversation* session : {&in, &out}) {
        EXPECT_EQ(session->talk(), Line::silent);
        EXPECT_EQ(session->talk_back(), Line::silent);
      }
      EXPECT_EQ(cut(wanted()), 2U);
      EXPECT_EQ(in.server_end(), Line::reset);
      EXPECT_EQ(out.client_end(), Line::reset);
      apply(render_release());
    }
  }
}

TEST_F(IsolatedHost, KeepsItsOpenManagementFlowThroughEachStep) {
  Conversation over4(victim_, management4_), over6(victim_, management6_);
  const auto both_alive = [&] { return over4.talk() == Line::alive && over6.talk_back() == Line::alive; };
  isolate();
  EXPECT_TRUE(both_alive());
  EXPECT_EQ(cut(wanted()), 0U);
  EXPECT_TRUE(both_alive());
  isolate();
  EXPECT_TRUE(both_alive());
  apply(render_release());
  EXPECT_TRUE(both_alive());
}

// Its management answers, but does not begin.
TEST_F(IsolatedHost, IsNotReachedFromThePortOfItsManagement) {
  constexpr std::uint16_t kUnusedPort = 9443;
  for (const auto of : {&Network::v4, &Network::v6}) {
    const Listener here(victim_, (lan_.*of)(victim_));
    EXPECT_TRUE(connects(manager_, kUnusedPort, here));
    isolate({.management = {{address((lan_.*of)(manager_)), kUnusedPort}}});
    EXPECT_FALSE(connects(manager_, kUnusedPort, here));
    EXPECT_FALSE(arrives(manager_, kUnusedPort, victim_, here.address(), 5000));
    apply(render_release());
  }
}

TEST_F(IsolatedHost, IsSilentOverEveryIPv6Address) {
  const std::string scope = "%" + lan_.interface();
  const Listener link_local(victim_, link_local_of(victim_, lan_.interface()) + scope);
  const Listener link_local_there(attacker_, link_local_of(attacker_, lan_.interface()) + scope);
  EXPECT_EQ(knock(attacker_, link_local), Knock::answered);
  isolate();
  EXPECT_EQ(knock(attacker_, link_local, kSoon), Knock::silent);
  EXPECT_EQ(knock(victim_, link_local_there, kSoon), Knock::silent);
  victim_.output_of({"ip", "addr", "add", "fd77:ffff::7/64", "dev", lan_.interface(), "nodad"});
  attacker_.output_of({"ip", "addr", "add", "fd77:ffff::8/64", "dev", lan_.interface(), "nodad"});
  const Listener later(victim_, "fd77:ffff::7"), later_there(attacker_, "fd77:ffff::8");
  EXPECT_EQ(knock(attacker_, later, kSoon), Knock::silent);
  EXPECT_EQ(knock(victim_, later_there, kSoon), Knock::silent);
}

TEST_F(IsolatedHost, FindsItsManagementOverIPv6WithoutKnowingTheNeighbour) {
  isolate();
  for (const Host* host : {&victim_, &manager_})
    host->output_of({"ip", "-6", "neigh", "flush", "dev", lan_.interface()});
  EXPECT_EQ(knock(victim_, management6_, seconds(5)), Knock::answered);
}

TEST_F(IsolatedHost, StaysSoWhateverAnEarlierTableAccepts) {
  victim_.output_of({"nft", "-f", "-"}, kForeignFirewall);
  isolate();
  for (const auto of : {&Network::v4, &Network::v6}) {
    const Listener here(victim_, (lan_.*of)(victim_)), there(attacker_, (lan_.*of)(attacker_));
    EXPECT_EQ(knock(attacker_, here, kSoon), Knock::silent) << here.address();
    EXPECT_EQ(knock(victim_, there, kSoon), Knock::silent) << there.address();
    EXPECT_FALSE(arrives(victim_, 0, attacker_, there.address(), 5000));
  }
}

/// At -200 the kernel finds out which connection a packet belongs to; before that a rule on states meets
/// none.
TEST_F(IsolatedHost, HasItsChainsWhereOthersSeeTheStatesOfConnections) {
  victim_.output_of({"nft", "-f", "-"},
                    "table inet watch {\n"
                    "  chain early { type filter hook output priority -250; ct state established counter; }\n"
                    "  chain here { type filter hook output priority -150; ct state established counter; }\n"
                    "}\n");
  isolate();
  Conversation over4(victim_, management4_), over6(victim_, management6_);
  EXPECT_EQ(over4.talk(), Line::alive);
  EXPECT_EQ(over6.talk(), Line::alive);
  EXPECT_EQ(packets_in("early"), 0);
  EXPECT_GT(packets_in("here"), 0);
}

/// As a chain for what is forwarded might well be called; the language has the word for itself.
TEST_F(IsolatedHost, WouldNotBeIsolatedWithAChainNamedLikeAWordOfTheLanguage) {
  std::string text = render_isolation(wanted());
  const std::string name = "riposte_through";
  text.replace(text.find(name), name.size(), "fwd");
  const Ran refused = victim_.run({"nft", "-f", "-"}, text);
  EXPECT_NE(refused.code, 0);
  EXPECT_THAT(refused.output, HasSubstr("syntax error, unexpected fwd"));
  EXPECT_EQ(victim_tables(), "") << "a part of it was done";
  EXPECT_EQ(victim_.run({"nft", "-f", "-"}, render_isolation(wanted())).code, 0);
}

TEST_F(IsolatedHost, GoesOnServingItself) {
  for (const std::string& own :
       {std::string("127.0.0.1"), std::string("::1"), lan_.v4(victim_), lan_.v6(victim_)}) {
    const Listener here(victim_, own);
    Conversation local(victim_, here);
    isolate();
    EXPECT_EQ(cut(wanted()), 0U) << own;
    EXPECT_EQ(local.talk(), Line::alive) << own;
    EXPECT_EQ(knock(victim_, here), Knock::answered) << own;
    EXPECT_TRUE(arrives(victim_, 0, victim_, own, 5000)) << own;
    apply(render_release());
  }
}

TEST_F(IsolatedHost, ExchangesEverythingWithKeptAddresses) {
  Isolation keeping = wanted();
  keeping.kept = {address(lan_.v4(attacker_)), address(lan_.v6(attacker_))};
  for (const auto of : {&Network::v4, &Network::v6}) {
    const Listener here(victim_, (lan_.*of)(victim_)), there(attacker_, (lan_.*of)(attacker_));
    Conversation kept(attacker_, here), foreign(manager_, here);
    isolate(keeping);
    EXPECT_EQ(cut(keeping), 1U);
    EXPECT_EQ(kept.talk(), Line::alive);
    EXPECT_EQ(foreign.server_end(), Line::reset);
    EXPECT_EQ(knock(victim_, there), Knock::answered);
    EXPECT_TRUE(arrives(attacker_, 0, victim_, here.address(), 5000));
    EXPECT_EQ(knock(manager_, here, kSoon), Knock::silent);
    apply(render_release());
  }
}

TEST_F(IsolatedHost, AsksItsResolversOnlyWhereThatIsWanted) {
  constexpr std::uint16_t kDns = 53;
  for (const auto of : {&Network::v4, &Network::v6}) {
    const std::string resolver = (lan_.*of)(manager_), stranger = (lan_.*of)(attacker_),
                      here = (lan_.*of)(victim_);
    const Listener over_tcp(manager_, resolver, kDns);
    isolate();
    EXPECT_FALSE(arrives(victim_, 0, manager_, resolver, kDns));
    EXPECT_EQ(knock(victim_, over_tcp, kSoon), Knock::silent);
    Isolation asking = wanted();
    asking.resolvers = {address(resolver)};
    isolate(asking);
    EXPECT_TRUE(arrives(victim_, 0, manager_, resolver, kDns));
    EXPECT_TRUE(arrives(manager_, kDns, victim_, here, 5000));
    EXPECT_EQ(knock(victim_, over_tcp), Knock::answered);
    EXPECT_FALSE(arrives(victim_, 0, manager_, resolver, kDns + 1));
    EXPECT_FALSE(arrives(victim_, 0, attacker_, stranger, kDns));
    EXPECT_FALSE(arrives(attacker_, kDns, victim_, here, 5000));
  }
}

TEST_F(IsolatedHost, RenewsItsLeaseAndCarriesNothingElseThatWay) {
  constexpr std::uint16_t kServer = 67, kClient = 68;
  victim_.output_of({"ip", "route", "add", "255.255.255.255", "dev", lan_.interface()});
  isolate();
  EXPECT_TRUE(arrives(victim_, kClient, manager_, "255.255.255.255", kServer));
  EXPECT_TRUE(arrives(manager_, kServer, victim_, lan_.v4(victim_), kClient));
  EXPECT_FALSE(arrives(victim_, kClient, attacker_, lan_.v4(attacker_), kServer));
  Isolation without = wanted();
  without.dhcp = false;
  isolate(without);
  EXPECT_FALSE(arrives(victim_, kClient, manager_, "255.255.255.255", kServer));
  EXPECT_FALSE(arrives(manager_, kServer, victim_, lan_.v4(victim_), kClient));
}

TEST_F(IsolatedHost, LeavesNothingBehindWhenItIsReleased) {
  const Listener here(victim_, lan_.v4(victim_)), here6(victim_, lan_.v6(victim_));
  apply(render_release());
  isolate();
  EXPECT_EQ(knock(attacker_, here, kSoon), Knock::silent);
  EXPECT_EQ(victim_tables(), "table inet riposte_isolation\n");
  apply(render_release());
  EXPECT_EQ(victim_.output_of({"nft", "list", "ruleset"}), "");
  for (const Listener* door : {&here, &here6})
    EXPECT_EQ(knock(attacker_, *door, seconds(5)), Knock::answered);
}

TEST_F(IsolatedHost, StaysSoWhenAnotherTextIsBroken) {
  isolate();
  const std::string before = victim_.output_of({"nft", "-s", "list", "ruleset"});
  victim_.does([&] {
    for (const char* last : {"add rule inet riposte_isolation nowhere drop\n", "}"})
      EXPECT_FALSE(Nftables::open()->apply(render_isolation({}) + last).has_value());
  });
  EXPECT_EQ(victim_.output_of({"nft", "-s", "list", "ruleset"}), before);
  EXPECT_EQ(knock(victim_, management4_), Knock::answered);
}

TEST_F(IsolatedHost, ListingTellsWhetherSomebodyChangedTheTable) {
  const auto listed = [&] {
    return victim_.tells([] { return Nftables::open()->list(kIsolationTable).value(); });
  };
  isolate();
  const std::string untouched = listed();
  EXPECT_THAT(untouched, HasSubstr(lan_.v6(manager_)));
  EXPECT_EQ(knock(victim_, management4_), Knock::answered);
  EXPECT_EQ(listed(), untouched);
  victim_.output_of(
      {"nft", "add", "element", "inet", "riposte_isolation", "kept4", "{", lan_.v4(attacker_), "}"});
  EXPECT_NE(listed(), untouched);
  isolate();
  EXPECT_EQ(listed(), untouched);
  victim_.output_of({"nft", "flush", "ruleset"});
  EXPECT_EQ(listed(), "");
}

/// With its management behind a router, and a narrower wire from there on.
class IsolatedBehindARouter : public ContainerLab {
 protected:
  IsolatedBehindARouter() {
    constexpr const char* kNarrow = "1300";  // bytes; IPv6 wants 1280 at least
    victim_.output_of({"ip", "link", "set", inner_.interface(), "mtu", kNarrow});
  }
};

// The container's view turned around: the host in question is the attacker, the victim its router.
TEST_F(IsolatedBehindARouter, HearsThatItsPathBecameNarrow) {
  for (const auto of : {&Network::v4, &Network::v6}) {
    const Listener far(container_, (inner_.*of)(container_), kManagementPort);
    attacker_.output_of({"nft", "-f", "-"},
                        render_isolation({.management = {{address(far.address()), far.port()}}}));
    const OwnedFd client = call(attacker_, SOCK_STREAM, far.address(), far.port());
    const OwnedFd server = far.accept();
    ASSERT_TRUE(server);
    const std::string much(20'000, 'x');
    ASSERT_EQ(::send(client.get(), much.data(), much.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(much.size()));
    EXPECT_EQ(received(server, much.size()), much.size()) << far.address();
  }
}

TEST_F(IsolatedHost, HearsOfItsRouter) {
  isolate();
  attacker_.does([&] {
    // Router advertisement: hop limit 64, no flags, to be used for 1800 seconds.
    constexpr std::array<std::uint8_t, 16> kAdvertisement{134, 0, 0, 0, 64, 0, 0x07, 0x08};
    const int hops = 255;
    const OwnedFd raw(::socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6));
    ASSERT_EQ(::setsockopt(raw.get(), IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hops, sizeof(hops)), 0);
    sockaddr_in6 everybody{.sin6_family = AF_INET6};
    ASSERT_EQ(::inet_pton(AF_INET6, "ff02::1", &everybody.sin6_addr), 1);
    everybody.sin6_scope_id = ::if_nametoindex(lan_.interface().c_str());
    ASSERT_EQ(::sendto(raw.get(), kAdvertisement.data(), kAdvertisement.size(), 0,
                       reinterpret_cast<const sockaddr*>(&everybody), sizeof(everybody)),
              static_cast<ssize_t>(kAdvertisement.size()));
  });
  std::string routes;
  for (int i = 0; i < 50 && routes.empty(); ++i) {
    routes = victim_.output_of({"ip", "-6", "route", "show", "default"});
    ::usleep(20'000);
  }
  EXPECT_THAT(routes, HasSubstr("via " + link_local_of(attacker_, lan_.interface())));
}

// A switch that hears of no listener forwards no neighbour discovery to it.
TEST_F(IsolatedHost, SaysWhichGroupsItListensTo) {
  victim_.output_of({"nft", "-f", "-"},
                    "table inet watch { chain leaving { type filter hook postrouting priority 0; "
                    "icmpv6 type mld2-listener-report counter; }; }");
  isolate();
  victim_.output_of({"ip", "addr", "add", "fd77:ffff::1234/64", "dev", lan_.interface(), "nodad"});
  std::string seen = "packets 0";
  for (int i = 0; i < 200 && seen.contains("packets 0"); ++i) {
    seen = victim_.output_of({"nft", "list", "table", "inet", "watch"});
    ::usleep(20'000);
  }
  EXPECT_THAT(seen, Not(HasSubstr("packets 0")));
}

class IsolatedContainers : public ContainerLab {};

TEST_F(IsolatedContainers, AreCutOffAndSoAreTheirPublishedPorts) {
  constexpr std::uint16_t kPublished = 8080;
  victim_.output_of(
      {"nft", "-f", "-"},
      "table ip publish { chain pre { type nat hook prerouting priority -100; tcp dport 8080 dnat to " +
          inner_.v4(container_) + ":8080; }; }");
  const Listener published(container_, inner_.v4(container_), kPublished);
  EXPECT_EQ(knock(attacker_, lan_.v4(victim_), kPublished), Knock::answered);
  Conversation through(container_, Listener(attacker_, lan_.v6(attacker_)));
  apply(render_isolation({.management = {{address(lan_.v4(manager_)), kManagementPort}}}));
  EXPECT_EQ(knock(attacker_, lan_.v4(victim_), kPublished, kSoon), Knock::silent);
  EXPECT_EQ(through.talk(), Line::silent);
  for (const auto of : {&Network::v4, &Network::v6}) {
    EXPECT_EQ(knock(attacker_, Listener(container_, (inner_.*of)(container_)), kSoon), Knock::silent);
    EXPECT_EQ(knock(container_, Listener(attacker_, (lan_.*of)(attacker_)), kSoon), Knock::silent);
  }
}

}  // namespace
}  // namespace riposte::test
