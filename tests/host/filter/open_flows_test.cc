#include "agent/filter/open_flows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "agent/filter/nftables.h"
#include "tests/host/filter/filter_lab.h"
#include "tests/support/lab_talk.h"

namespace riposte::test {
namespace {

using ::testing::HasSubstr;

void drop_network_privilege() {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3]{};
  ASSERT_EQ(::syscall(SYS_capget, &header, data), 0);
  data[0].effective &= ~(1U << CAP_NET_ADMIN);
  ASSERT_EQ(::syscall(SYS_capset, &header, data), 0);
}

class OpenFlows : public FilterLab {
 protected:
  /// As "tcp local:port remote:port" for each.
  std::string seen(const ChosenFlows& chosen) const {
    return victim_.tells([&] {
      std::string lines;
      const auto found = open_flows(chosen);
      for (const OpenFlow& open : found.value())
        lines += (open.flow.transport == Transport::tcp ? "tcp " : "udp ") + text_of(open.flow.local) + " " +
                 text_of(open.flow.remote) + " " + std::to_string(open.flow.remote_port) + "\n";
      return lines;
    });
  }
  static bool is_aborted(const OwnedFd& socket) {
    pollfd watched{.fd = socket.get(), .events = 0, .revents = 0};
    return ::poll(&watched, 1, 0) == 1 && (watched.revents & POLLERR) != 0;
  }
};

TEST_F(OpenFlows, OfAnIPv4PeerAreFoundAtAnIPv6Socket) {
  const Listener door(victim_, "::");
  const OwnedFd client = call(attacker_, SOCK_STREAM, lan_.v4(victim_), door.port());
  const OwnedFd server = door.accept();
  ASSERT_TRUE(server);
  const ChosenFlows chosen = flows_with(address(lan_.v4(attacker_)));
  EXPECT_THAT(seen(chosen), HasSubstr("tcp " + lan_.v4(victim_) + " " + lan_.v4(attacker_) + " "));
  EXPECT_THAT(victim_.output_of({"ss", "-Htn"}), HasSubstr("::ffff:" + lan_.v4(attacker_)));
  EXPECT_EQ(end(chosen), 1U);
  EXPECT_TRUE(is_aborted(server));
  EXPECT_EQ(victim_.output_of({"ss", "-Htn"}), "");
}

TEST_F(OpenFlows, EndOverUdpToo) {
  for (const std::string& peer : {lan_.v4(attacker_), lan_.v6(attacker_)}) {
    const OwnedFd socket = call(victim_, SOCK_DGRAM, peer, 4444);
    EXPECT_THAT(seen(flows_with(address(peer))), HasSubstr(" " + peer + " 4444\n"));
    EXPECT_EQ(end(flows_with(address(peer))), 1U);
    EXPECT_TRUE(is_aborted(socket));
    EXPECT_EQ(seen(flows_with(address(peer))), "");
  }
}

TEST_F(OpenFlows, EndWhileTheyAreStillOnTheirWay) {
  lan_.cut(attacker_);
  const OwnedFd socket = call(victim_, SOCK_STREAM, lan_.v4(attacker_), 4444);
  EXPECT_EQ(end(flows_with(address(lan_.v4(attacker_)))), 1U);
  EXPECT_TRUE(is_aborted(socket));
}

TEST_F(OpenFlows, AreNotThoseOfOtherPeersNorDoorsThatAreOpen) {
  const Listener door(victim_, lan_.v4(victim_));
  Conversation other(manager_, door);
  EXPECT_EQ(end(flows_with(address(lan_.v4(attacker_)))), 0U);
  EXPECT_EQ(other.talk(), Line::alive);
  const OwnedFd without_peer = socket_at(victim_, false, SOCK_DGRAM, 5000);
  EXPECT_EQ(end([](const Flow&) { return true; }), 1U);
  EXPECT_EQ(other.server_end(), Line::reset);
  EXPECT_FALSE(is_aborted(without_peer));
  EXPECT_EQ(knock(attacker_, door), Knock::answered);
}

TEST_F(OpenFlows, AndFiltersAreNotChangedWithoutThePrivilege) {
  const Listener door(victim_, lan_.v4(victim_));
  Conversation talk(attacker_, door);
  const std::string attacker = lan_.v4(attacker_);
  victim_.does([&] {
    drop_network_privilege();
    const auto opened = Nftables::open();
    ASSERT_FALSE(opened.has_value());
    EXPECT_THAT(opened.error().text(), HasSubstr("CAP_NET_ADMIN"));
    const auto ended = end_flows(flows_with(address(attacker)));
    ASSERT_FALSE(ended.has_value());
    EXPECT_EQ(ended.error().code, Errc::denied);
  });
  EXPECT_EQ(talk.talk(), Line::alive);
}

}  // namespace
}  // namespace riposte::test
