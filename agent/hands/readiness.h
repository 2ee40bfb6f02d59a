/// Tells systemd that the program does what others wait for. Nobody started it that way: nothing happens.
#pragma once

namespace riposte::agent {

void tell_readiness();

}  // namespace riposte::agent
