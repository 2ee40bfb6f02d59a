#include "connectors/process/process_evidence.h"

#include "engine/base/printable.h"

namespace riposte {

Evidence evidence_of(const ProcessIdentity& identity) {
  return {{"pid", std::to_string(identity.pid)},
          {"start_ticks", std::to_string(identity.start_ticks)},
          {"boot_id", identity.boot_id},
          {"ppid", std::to_string(identity.parent)},
          {"exe", printable(identity.executable)}};
}

}  // namespace riposte
