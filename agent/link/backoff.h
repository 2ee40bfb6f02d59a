/// How long to wait before the next attempt: twice as long each time, and never for all hosts the same.
#pragma once

#include <algorithm>
#include <chrono>
#include <random>

namespace riposte::agent {

class Backoff {
 public:
  using Milliseconds = std::chrono::milliseconds;
  Backoff(Milliseconds least, Milliseconds most, unsigned seed) : least_(least), most_(most), random_(seed) {}

  /// Between half the step and the whole.
  Milliseconds next() {
    step_ = step_ == Milliseconds{} ? least_ : std::min(most_, 2 * step_);
    std::uniform_int_distribution<Milliseconds::rep> spread(step_.count() / 2, step_.count());
    return Milliseconds(spread(random_));
  }
  void reset() { step_ = {}; }

 private:
  const Milliseconds least_;
  const Milliseconds most_;
  Milliseconds step_{};
  std::minstd_rand random_;
};

}  // namespace riposte::agent
