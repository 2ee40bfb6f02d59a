#include "agent/filter/canary.h"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <netinet/in.h>
#include <sys/socket.h>

#include "engine/base/descriptor.h"

namespace riposte {
namespace {

constexpr std::uint16_t kDiscardPort = 9;

ssize_t send_to(const Descriptor& socket, const IpAddress& address) {
  const char byte = 0;
  if (address.v6) {
    sockaddr_in6 there{.sin6_family = AF_INET6, .sin6_port = htons(kDiscardPort)};
    std::copy_n(address.bytes.begin(), sizeof(there.sin6_addr),
                reinterpret_cast<std::uint8_t*>(&there.sin6_addr));
    return ::sendto(socket.number(), &byte, 1, MSG_DONTWAIT, reinterpret_cast<const sockaddr*>(&there),
                    sizeof(there));
  }
  sockaddr_in there{.sin_family = AF_INET, .sin_port = htons(kDiscardPort)};
  std::copy_n(address.bytes.begin(), sizeof(there.sin_addr),
              reinterpret_cast<std::uint8_t*>(&there.sin_addr));
  return ::sendto(socket.number(), &byte, 1, MSG_DONTWAIT, reinterpret_cast<const sockaddr*>(&there),
                  sizeof(there));
}

}  // namespace

Result<bool> is_dropped_here(const IpAddress& address) {
  const Descriptor socket(::socket(address.v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (socket.valid() && send_to(socket, address) == 1) return false;
  if (socket.valid() && errno == EPERM) return true;
  return fail(Errc::unavailable, "no packet could be sent to " + text_of(address) + ": " +
                                     std::generic_category().message(errno));
}

}  // namespace riposte
