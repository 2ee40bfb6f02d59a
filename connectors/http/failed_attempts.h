/// How often each peer has shown a wrong token lately.
///
/// A right token is never kept out: on loopback every process of the machine is the same peer, and one that
/// guesses must not be able to lock out the people who approve. Threads: one. Limits:  kPeersMax peers; with
/// more of them in one window, each further one counts as too many.
#pragma once

#include <map>
#include <string>

#include "engine/base/clock.h"

namespace riposte::http {

class FailedAttempts {
 public:
  /// A wrong token came from `peer`. False when that is more than a person mistypes.
  bool tolerate(const std::string& peer, WallTime now);

  static constexpr int kPerWindowMax = 5;
  static constexpr Duration kWindow = std::chrono::minutes(1);
  static constexpr std::size_t kPeersMax = 1024;

 private:
  WallTime window_start_;
  std::map<std::string, int> failures_;
};

}  // namespace riposte::http
