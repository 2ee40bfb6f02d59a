#include "agent/link/connections.h"

namespace riposte::agent {

using boost::system::error_code;

void EngineConnection::cut() {
  error_code ignored;
  heartbeat.cancel();
  patience.cancel();
  outbox->close();
  stream.lowest_layer().close(ignored);
}

void EngineConnection::expect_within(std::chrono::milliseconds wait) {
  patience.expires_after(wait);
  patience.async_wait([weak = weak_from_this()](const error_code& cancelled) {
    const auto self = weak.lock();
    if (cancelled || !self || self->patience.expiry() > std::chrono::steady_clock::now()) return;
    self->cut();
  });
}

void HandsConnection::cut() {
  error_code ignored;
  outbox->close();
  socket.close(ignored);
}

}  // namespace riposte::agent
