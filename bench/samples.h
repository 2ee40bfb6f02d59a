/// Raw timings of one run, and what is said about them.
#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

namespace riposte::bench {

using Steady = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

class Samples {
 public:
  void add(Seconds sample) { seconds_.push_back(sample.count()); }
  std::size_t count() const { return seconds_.size(); }
  /// Needs at least one sample, as percentile().
  Seconds last() const { return Seconds(seconds_.at(seconds_.size() - 1)); }
  Seconds sum() const;
  /// Nearest rank: the smallest sample that `share` of all samples do not exceed. Needs at least one sample.
  Seconds percentile(double share) const;

 private:
  std::vector<double> seconds_;
};

/// How long `work` takes.
template <class Work>
Seconds time_of(Work&& work) {
  const auto begun = Steady::now();
  work();
  return Steady::now() - begun;
}

/// Processor time that this process has used so far, in all its threads.
Seconds cpu_time();

inline double microseconds(Seconds time) { return time.count() * 1e6; }

}  // namespace riposte::bench
