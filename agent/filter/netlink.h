/// A socket to the kernel's own tables of networks and connections.
///
/// Threads: one.
/// Owns:    the file descriptor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>

#include "engine/base/error.h"

namespace riposte {

class Netlink {
 public:
  /// `protocol`: NETLINK_ROUTE, NETLINK_SOCK_DIAG.
  static Result<Netlink> open(int protocol);

  Netlink(Netlink&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Netlink& operator=(Netlink&&) = delete;
  ~Netlink();

  /// Asks for all entries; `each` is given the body of every answer.
  /// Errors: unavailable (refused by the kernel, or its table changed meanwhile and the answer may lack
  /// some).
  using Body = std::span<const std::byte>;
  Result<void> list(std::uint16_t type, Body request, const std::function<void(Body)>& each) const;

  /// Carries one order out. The kernel's errno, 0 for success.
  Result<int> order(std::uint16_t type, Body request) const;

 private:
  explicit Netlink(int fd) : fd_(fd) {}
  Result<void> send(std::uint16_t type, std::uint16_t flags, Body request) const;

  int fd_;
};

/// The attributes behind the head of an answer, as `each(type, value)`.
void each_attribute(Netlink::Body attributes, const std::function<void(std::uint16_t, Netlink::Body)>& each);

/// The bytes of a request's head, which has no pointer in it.
template <class T>
Netlink::Body bytes_of(const T& head) {
  return std::as_bytes(std::span(&head, 1));
}

}  // namespace riposte
