#include "agent/hands/readiness.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <string_view>

#include <sys/socket.h>
#include <sys/un.h>

#include "engine/base/descriptor.h"
#include "engine/base/log.h"

namespace riposte::agent {

void tell_readiness() {
  constexpr std::string_view kReady = "READY=1";
  const char* named = std::getenv("NOTIFY_SOCKET");  // NOLINT(concurrency-mt-unsafe): there is one thread
  const std::string_view name = named == nullptr ? "" : named;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (name.empty() || name.size() >= sizeof address.sun_path) return;
  std::ranges::copy(name, address.sun_path);
  // One that is no file is written with an @ where the kernel has a zero.
  if (name.front() == '@') address.sun_path[0] = '\0';
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  const Descriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (::sendto(socket.number(), kReady.data(), kReady.size(), MSG_NOSIGNAL,
               reinterpret_cast<const sockaddr*>(&address), size) < 0)
    log::warning("systemd could not be told that this program is ready");
}

}  // namespace riposte::agent
