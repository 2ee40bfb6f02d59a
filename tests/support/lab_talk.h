/// Talk between the hosts of a lab over TCP: who still gets through, and who is cut off in which way.
///
/// The sockets belong to the networks of the hosts and all ends are held by the test, so that a moment of
/// talk is one call and needs no second process.
///
/// Errors:  throws std::system_error.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "tests/support/lab.h"
#include "tests/support/owned_fd.h"

namespace riposte::test {

/// How long a word may take. On one machine it takes microseconds.
inline constexpr std::chrono::milliseconds kPatience{400};

/// A port of a host that accepts connections.
class Listener {
 public:
  /// `address`: IPv4 or IPv6 as the host has it, with %interface for a link-local one. Port 0: any free one.
  Listener(const Host& host, const std::string& address, std::uint16_t port = 0);

  const std::string& address() const { return address_; }
  std::uint16_t port() const { return port_; }
  /// The next connection; none within the time: an empty one.
  OwnedFd accept(std::chrono::milliseconds patience = kPatience) const;

 private:
  std::string address_;
  std::uint16_t port_;
  OwnedFd socket_;
};

/// The fate of a new connection.
enum class Knock : std::uint8_t { answered, refused, silent };
Knock knock(const Host& from, const std::string& address, std::uint16_t port,
            std::chrono::milliseconds patience = kPatience);
inline Knock knock(const Host& from, const Listener& door, std::chrono::milliseconds patience = kPatience) {
  return knock(from, door.address(), door.port(), patience);
}

/// The fate of an open one.
enum class Line : std::uint8_t {
  alive,   ///< a word went there and its echo came back
  reset,   ///< the kernel ended it at this end
  silent,  ///< nothing came back in time
};

/// An open connection from one host to another.
class Conversation {
 public:
  /// `source`: an IPv4 address that `from` has besides others; empty: as it likes.
  Conversation(const Host& from, const Listener& door, const std::string& source = {});

  /// The client sends a word and waits for its echo.
  Line talk(std::chrono::milliseconds patience = kPatience);
  /// The server sends a word and waits for its echo.
  Line talk_back(std::chrono::milliseconds patience = kPatience);
  /// What the kernel says of each end by itself, without a word sent: `silent` means open, for so
  /// long.
  Line client_end() const { return end_of(client_, {}); }
  Line server_end(std::chrono::milliseconds patience = {}) const { return end_of(server_, patience); }

 private:
  static Line end_of(const OwnedFd& socket, std::chrono::milliseconds patience);
  Line exchange(const OwnedFd& speaker, const OwnedFd& echo, std::chrono::milliseconds patience);

  OwnedFd client_;
  OwnedFd server_;
  std::uint32_t words_ = 0;
};

}  // namespace riposte::test
