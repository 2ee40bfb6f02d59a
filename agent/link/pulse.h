/// Whether the other side of a connection still answers, asked again and again, one question at a time.
///
/// A connection may be held open by a program that stands still, and its kernel takes bytes for a while. Only
/// an answer says that somebody is there. Nobody is until the first one.
#pragma once

#include <chrono>
#include <optional>
#include <utility>

namespace riposte::agent {

class Pulse {
 public:
  using Time = std::chrono::steady_clock::time_point;

  bool beats() const { return beats_; }
  bool awaits_answer() const { return asked_.has_value(); }
  void ask(Time now) { asked_ = now; }
  /// True: it did not beat before.
  bool answer() {
    asked_.reset();
    return !std::exchange(beats_, true);
  }
  /// True once, when a question has been waiting for so long. The next answer makes it beat again.
  bool stops(Time now, std::chrono::milliseconds silence_max) {
    if (!beats_ || !asked_ || now - *asked_ < silence_max) return false;
    beats_ = false;
    return true;
  }

 private:
  std::optional<Time> asked_;
  bool beats_ = false;
};

}  // namespace riposte::agent
