/// A line on stderr that says how far a long piece of work has come. Silent for the first two seconds, and
/// where nobody watches.
#pragma once

#include <chrono>
#include <cstdint>
#include <ostream>

namespace riposte {

class Progress {
 public:
  /// `total`: how much there is to read, in bytes or any other unit; 0 when nobody knows. `watched`: somebody
  /// sees the line, a terminal as a rule.
  Progress(std::uint64_t total, std::ostream& out, bool watched);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// The total, where it comes out only on the way.
  void expect(std::uint64_t total) { total_ = total; }
  /// `done`: how much of it has been read; `events` among that.
  void tell(std::uint64_t done, std::uint64_t events);

  static constexpr std::chrono::seconds kFirstAfter{2};
  static constexpr std::chrono::milliseconds kInterval{500};

 private:
  using Steady = std::chrono::steady_clock;
  std::uint64_t total_;
  std::ostream& out_;
  const bool watched_;
  const Steady::time_point begun_ = Steady::now();
  Steady::time_point next_ = begun_ + kFirstAfter;
  bool written_ = false;
};

}  // namespace riposte
