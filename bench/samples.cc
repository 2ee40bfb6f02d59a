#include "bench/samples.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include <sys/resource.h>

namespace riposte::bench {
namespace {

Seconds of(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

}  // namespace

Seconds Samples::sum() const { return Seconds(std::accumulate(seconds_.begin(), seconds_.end(), 0.0)); }

Seconds Samples::percentile(double share) const {
  if (seconds_.empty()) throw std::logic_error("no samples");
  std::vector<double> sorted = seconds_;
  const auto wanted = std::ceil(share * static_cast<double>(sorted.size()));
  const auto rank = std::clamp<std::size_t>(static_cast<std::size_t>(wanted), 1, sorted.size());
  const auto nth = sorted.begin() + static_cast<std::ptrdiff_t>(rank - 1);
  std::ranges::nth_element(sorted, nth);
  return Seconds(*nth);
}

Seconds cpu_time() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return of(used.ru_utime) + of(used.ru_stime);
}

}  // namespace riposte::bench
