#include "connectors/http/failed_attempts.h"

namespace riposte::http {

bool FailedAttempts::tolerate(const std::string& peer, WallTime now) {
  if (now - window_start_ >= kWindow) {
    window_start_ = now;
    failures_.clear();
  }
  if (failures_.size() >= kPeersMax && !failures_.contains(peer)) return false;
  int& failures = failures_[peer];
  if (failures >= kPerWindowMax) return false;
  ++failures;
  return true;
}

}  // namespace riposte::http
