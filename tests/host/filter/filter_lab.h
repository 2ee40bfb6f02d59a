/// Three hosts on one wire, and what the tests of packet filters do on them.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "agent/filter/isolation.h"
#include "agent/filter/open_flows.h"
#include "engine/base/ip_network.h"
#include "tests/support/lab.h"
#include "tests/support/lab_talk.h"

namespace riposte::test {

inline IpAddress address(std::string_view text) { return parse_address(text).value(); }

/// How long to wait for what is not to come.
inline constexpr std::chrono::milliseconds kSoon{150};

class FilterLab : public ::testing::Test {
 protected:
  /// The product's transaction, on the victim.
  void apply(const std::string& transaction) const;
  /// How many flows of the victim the product ended.
  std::size_t end(const ChosenFlows& chosen) const;
  std::string victim_tables() const { return victim_.output_of({"nft", "list", "tables"}); }

  /// A socket at a port of all addresses of a family.
  static OwnedFd socket_at(const Host& host, bool v6, int type, std::uint16_t port);
  /// A socket from a port of `from` (0: any) to there; a connection is only begun.
  static OwnedFd call(const Host& from, int type, const std::string& address, std::uint16_t port,
                      std::uint16_t source_port = 0);
  /// Whether a datagram arrives at a port of `to`, which it is sent to by `address`.
  static bool arrives(const Host& from, std::uint16_t source_port, const Host& to, const std::string& address,
                      std::uint16_t port);
  /// Whether a connection from that port is accepted.
  static bool connects(const Host& from, std::uint16_t source_port, const Listener& door);

  Lab lab_;
  Host& attacker_ = lab_.host("attacker");
  Host& victim_ = lab_.host("victim");
  Host& manager_ = lab_.host("manager");
  Network& lan_ = lab_.network({attacker_, victim_, manager_});
};

/// With a host that is reached through the victim alone, as a container is.
class ContainerLab : public FilterLab {
 protected:
  ContainerLab();
  Host& container_ = lab_.host("container");
  Network& inner_ = lab_.network({victim_, container_});
};

}  // namespace riposte::test
