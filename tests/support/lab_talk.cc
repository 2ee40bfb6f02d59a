#include "tests/support/lab_talk.h"

#include <array>
#include <cerrno>
#include <stdexcept>

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/throw_errno.h"

namespace riposte::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// An address as `host` means it: the interface behind a '%' is one of its own.
sockaddr_storage address_of(const Host& host, const std::string& text, std::uint16_t port) {
  sockaddr_storage storage{};
  auto& v4 = reinterpret_cast<sockaddr_in&>(storage);
  auto& v6 = reinterpret_cast<sockaddr_in6&>(storage);
  const std::string number = text.substr(0, text.find('%'));
  if (::inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
  } else if (::inet_pton(AF_INET6, number.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    if (number != text)
      host.in_network([&] { v6.sin6_scope_id = ::if_nametoindex(text.c_str() + number.size() + 1); });
  } else {
    throw std::runtime_error("'" + text + "' is no address");
  }
  return storage;
}

std::uint16_t port_of(const sockaddr_storage& address) {
  return address.ss_family == AF_INET ? ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port)
                                      : ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
}

int left_of(steady_clock::time_point end) {
  const auto left = std::chrono::ceil<milliseconds>(end - steady_clock::now()).count();
  return left < 0 ? 0 : static_cast<int>(left);
}

bool wait_for(int fd, short what, milliseconds patience) {
  pollfd watched{.fd = fd, .events = what, .revents = 0};
  return ::poll(&watched, 1, static_cast<int>(patience.count())) == 1;
}

int error_of(int socket) {
  int error = 0;
  socklen_t size = sizeof(error);
  ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

/// A connection that is being made; the errno of its end, 0 for success, ETIMEDOUT for silence.
struct Attempt {
  OwnedFd socket;
  int error;
};

Attempt attempt(const Host& from, const std::string& source, const std::string& to, std::uint16_t port,
                milliseconds patience) {
  const sockaddr_storage address = address_of(from, to, port);
  OwnedFd socket = from.socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK);
  if (!source.empty()) {
    const sockaddr_storage own = address_of(from, source, 0);
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&own), sizeof(own)) != 0)
      throw_errno("taking the address " + source + " on " + from.name());
  }
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  int error = ::connect(socket.get(), generic, sizeof(address)) == 0 ? 0 : errno;
  if (error == EINPROGRESS)
    error = wait_for(socket.get(), POLLOUT, patience) ? error_of(socket.get()) : ETIMEDOUT;
  return {std::move(socket), error};
}

}  // namespace

Listener::Listener(const Host& host, const std::string& address, std::uint16_t port)
    : address_(address), port_(port) {
  sockaddr_storage bound = address_of(host, address, port);
  socket_ = host.socket(bound.ss_family, SOCK_STREAM | SOCK_NONBLOCK);
  const int yes = 1;
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  auto* generic = reinterpret_cast<sockaddr*>(&bound);
  socklen_t size = sizeof(bound);
  if (::bind(socket_.get(), generic, size) != 0 || ::listen(socket_.get(), SOMAXCONN) != 0 ||
      ::getsockname(socket_.get(), generic, &size) != 0)
    throw_errno("listening on " + address + " of " + host.name());
  port_ = port_of(bound);
}

OwnedFd Listener::accept(milliseconds patience) const {
  if (!wait_for(socket_.get(), POLLIN, patience)) return {};
  return OwnedFd(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
}

Knock knock(const Host& from, const std::string& address, std::uint16_t port, milliseconds patience) {
  const int error = attempt(from, {}, address, port, patience).error;
  if (error == 0) return Knock::answered;
  return error == ETIMEDOUT || error == EHOSTUNREACH || error == ENETUNREACH ? Knock::silent : Knock::refused;
}

Conversation::Conversation(const Host& from, const Listener& door, const std::string& source) {
  while (door.accept(milliseconds(0))) {
  }  // what knocked before and left
  auto [socket, error] = attempt(from, source, door.address(), door.port(), kPatience);
  errno = error;
  if (error != 0) throw_errno("a conversation from " + from.name());
  client_ = std::move(socket);
  server_ = door.accept();
  if (!server_) throw_errno("accepting a conversation from " + from.name());
}

Line Conversation::talk(milliseconds patience) { return exchange(client_, server_, patience); }
Line Conversation::talk_back(milliseconds patience) { return exchange(server_, client_, patience); }

Line Conversation::end_of(const OwnedFd& socket, milliseconds patience) {
  pollfd watched{.fd = socket.get(), .events = 0, .revents = 0};
  return ::poll(&watched, 1, static_cast<int>(patience.count())) == 1 &&
                 (watched.revents & (POLLERR | POLLHUP)) != 0
             ? Line::reset
             : Line::silent;
}

Line Conversation::exchange(const OwnedFd& speaker, const OwnedFd& echo, milliseconds patience) {
  const std::uint32_t word = ++words_;
  if (::send(speaker.get(), &word, sizeof(word), MSG_NOSIGNAL) != sizeof(word)) return Line::reset;
  const auto end = steady_clock::now() + patience;
  do {
    std::array<pollfd, 2> ends{{{.fd = speaker.get(), .events = POLLIN, .revents = 0},
                                {.fd = echo.get(), .events = POLLIN, .revents = 0}}};
    ::poll(ends.data(), ends.size(), left_of(end));
    std::uint32_t heard = 0;
    if (::recv(echo.get(), &heard, sizeof(heard), MSG_DONTWAIT) == sizeof(heard))
      ::send(echo.get(), &heard, sizeof(heard), MSG_NOSIGNAL);
    const ssize_t got = ::recv(speaker.get(), &heard, sizeof(heard), MSG_DONTWAIT);
    if (got == sizeof(heard) && heard == word) return Line::alive;
    if (got == 0 || (got < 0 && errno != EAGAIN)) return Line::reset;
    if ((ends[1].revents & (POLLERR | POLLHUP)) != 0) break;  // nobody is left to echo
  } while (left_of(end) > 0);
  return Line::silent;
}

}  // namespace riposte::test
