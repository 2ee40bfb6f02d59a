/// Looks whether a process is as it was ordered to be: gone, stopped or running.
///
/// kill:    proven when no process has that number, start and boot any more, or it has ended in every thread.
/// A successor
///          running the same program is named, because something restarts it; the order is fulfilled all the
///          same.
/// suspend: proven when every thread is stopped. A process that has gone is not suspended: disproven.
/// resume:  proven when it runs. A process that has gone is not resumed: disproven.
/// A process of an earlier boot has gone.
#pragma once

#include "engine/ports/executor.h"

namespace riposte {

class ProcessVerifier final : public Verifier {
 public:
  Proof check(const Action& action, std::stop_token stop) override;
};

}  // namespace riposte
