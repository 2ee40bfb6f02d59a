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

void HandsConnection::cut() {
  error_code ignored;
  heartbeat.cancel();
  outbox->close();
  socket.close(ignored);
}

}  // namespace riposte::agent
