#include "tests/host/filter/filter_lab.h"

#include <cstdlib>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "agent/filter/nftables.h"
#include "tests/support/lab_talk.h"
#include "tests/support/throw_errno.h"

namespace riposte::test {
namespace {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  const sockaddr* generic() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

SocketAddress socket_address(const IpAddress& ip, std::uint16_t port) {
  SocketAddress made;
  if (ip.v6) {
    auto& v6 = reinterpret_cast<sockaddr_in6&>(made.storage);
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    std::copy_n(ip.bytes.data(), sizeof(v6.sin6_addr), reinterpret_cast<std::uint8_t*>(&v6.sin6_addr));
    made.size = sizeof(v6);
  } else {
    auto& v4 = reinterpret_cast<sockaddr_in&>(made.storage);
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    std::copy_n(ip.bytes.data(), sizeof(v4.sin_addr), reinterpret_cast<std::uint8_t*>(&v4.sin_addr));
    made.size = sizeof(v4);
  }
  return made;
}

}  // namespace

void FilterLab::apply(const std::string& transaction) const {
  victim_.does([&] {
    auto filters = Nftables::open();
    ASSERT_TRUE(filters.has_value()) << filters.error().text();
    const auto applied = filters->apply(transaction);
    ASSERT_TRUE(applied.has_value()) << applied.error().text();
  });
}

std::size_t FilterLab::end(const ChosenFlows& chosen) const {
  return std::stoul(victim_.tells([&] {
    const auto ended = end_flows(chosen);
    if (ended) return std::to_string(*ended);
    ADD_FAILURE() << ended.error().text();
    return std::string("0");
  }));
}

OwnedFd FilterLab::socket_at(const Host& host, bool v6, int type, std::uint16_t port) {
  OwnedFd socket = host.socket(v6 ? AF_INET6 : AF_INET, type);
  const int yes = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_BROADCAST, &yes, sizeof(yes));
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  const SocketAddress any = socket_address(IpAddress{.v6 = v6}, port);
  if (::bind(socket.get(), any.generic(), any.size) != 0) throw_errno("a port of " + host.name());
  return socket;
}

OwnedFd FilterLab::call(const Host& from, int type, const std::string& address, std::uint16_t port,
                        std::uint16_t source_port) {
  const IpAddress peer = parse_address(address).value();
  OwnedFd client = socket_at(from, peer.v6, type | SOCK_NONBLOCK, source_port);
  const SocketAddress goal = socket_address(peer, port);
  if (::connect(client.get(), goal.generic(), goal.size) != 0 && errno != EINPROGRESS)
    throw_errno("a call to " + address);
  return client;
}

bool FilterLab::arrives(const Host& from, std::uint16_t source_port, const Host& to,
                        const std::string& address, std::uint16_t port) {
  const OwnedFd receiver = socket_at(to, parse_address(address).value().v6, SOCK_DGRAM, port);
  const OwnedFd sender = call(from, SOCK_DGRAM, address, port, source_port);
  ::send(sender.get(), "word", 4, 0);
  pollfd watched{.fd = receiver.get(), .events = POLLIN, .revents = 0};
  return ::poll(&watched, 1, static_cast<int>(kSoon.count())) == 1;
}

bool FilterLab::connects(const Host& from, std::uint16_t source_port, const Listener& door) {
  const OwnedFd client = call(from, SOCK_STREAM, door.address(), door.port(), source_port);
  return static_cast<bool>(door.accept());
}

ContainerLab::ContainerLab() {
  victim_.output_of({"sh", "-c",
                     "echo 1 >/proc/sys/net/ipv4/ip_forward; "
                     "echo 1 >/proc/sys/net/ipv6/conf/all/forwarding"});
  container_.output_of({"ip", "route", "add", "default", "via", inner_.v4(victim_)});
  container_.output_of({"ip", "-6", "route", "add", "default", "via", inner_.v6(victim_)});
  attacker_.output_of({"ip", "route", "add", inner_.v4(container_), "via", lan_.v4(victim_)});
  attacker_.output_of({"ip", "-6", "route", "add", inner_.v6(container_), "via", lan_.v6(victim_)});
}

}  // namespace riposte::test
