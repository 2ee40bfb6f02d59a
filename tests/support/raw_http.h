/// Bytes to a loopback port and whatever comes back: for requests that no well-behaved client would send.
///
/// Limits: every wait ends after `kPatience`.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace riposte {

class RawConnection {
 public:
  static constexpr int kPatienceMs = 5000;

  explicit RawConnection(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("cannot connect to the server under test");
  }
  ~RawConnection() { ::close(socket_); }
  RawConnection(const RawConnection&) = delete;
  RawConnection& operator=(const RawConnection&) = delete;

  /// False when the other side has closed.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  /// Everything until the other side closes.
  std::string read_all() {
    std::string received;
    while (read_some(received)) {
    }
    return received;
  }

  /// Everything until `mark` has come `times` times, or the end.
  std::string read_until(std::string_view mark, int times = 1) {
    std::string received;
    while (count(received, mark) < times && read_some(received)) {
    }
    return received;
  }

  static int count(std::string_view text, std::string_view mark) {
    int found = 0;
    for (auto at = text.find(mark); at != std::string_view::npos; at = text.find(mark, at + mark.size()))
      ++found;
    return found;
  }

 private:
  bool read_some(std::string& received) {
    pollfd wanted{socket_, POLLIN, 0};
    if (::poll(&wanted, 1, kPatienceMs) != 1) throw std::runtime_error("the server under test says nothing");
    std::array<char, 8192> bytes{};
    const ssize_t got = ::recv(socket_, bytes.data(), bytes.size(), 0);
    if (got <= 0) return false;
    received.append(bytes.data(), static_cast<std::size_t>(got));
    return true;
  }

  int socket_;
};

}  // namespace riposte
