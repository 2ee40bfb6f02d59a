#include "engine/base/signals.h"

namespace riposte {

Signals::Signals() {
  sigemptyset(&awaited_);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&awaited_, signal);
  pthread_sigmask(SIG_BLOCK, &awaited_, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
}

std::optional<Signals::Wish> Signals::take() {
  constexpr timespec kNoWait{0, 0};
  const int taken = sigtimedwait(&awaited_, nullptr, &kNoWait);
  if (taken <= 0) return {};
  return taken == SIGHUP ? Wish::reload : Wish::end;
}

}  // namespace riposte
