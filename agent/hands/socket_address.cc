#include "agent/hands/socket_address.h"

#include <cstring>

#include <sys/socket.h>

namespace riposte::agent {

Result<sockaddr_un> socket_address(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string& name = path.native();
  if (name.empty() || name.size() >= sizeof address.sun_path)
    return fail(Errc::invalid, "'" + name + "' cannot be a socket's name: 1 to " +
                                   std::to_string(sizeof address.sun_path - 1) + " bytes");
  std::memcpy(address.sun_path, name.data(), name.size());
  return address;
}

}  // namespace riposte::agent
