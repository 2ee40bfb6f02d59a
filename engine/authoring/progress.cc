#include "engine/authoring/progress.h"

#include <fmt/format.h>

namespace riposte {
namespace {

/// Erases the line of a terminal and goes back to its beginning.
constexpr const char* kEraseLine = "\r\033[K";

}  // namespace

Progress::Progress(std::uint64_t total, std::ostream& out, bool watched)
    : total_(total), out_(out), watched_(watched) {}

Progress::~Progress() {
  if (written_) out_ << kEraseLine << std::flush;
}

void Progress::tell(std::uint64_t done, std::uint64_t events) {
  if (!watched_) return;
  const auto now = Steady::now();
  if (now < next_) return;
  next_ = now + kInterval;
  written_ = true;
  const double seconds = std::chrono::duration<double>(now - begun_).count();
  out_ << kEraseLine
       << fmt::format("{} events, {:.0f} a second", events, static_cast<double>(events) / seconds);
  if (total_ > 0 && done > 0) {
    const double share = static_cast<double>(done) / static_cast<double>(total_);
    out_ << fmt::format(", {:.0f} %, {:.0f} s left", 100 * share, seconds * (1 - share) / share);
  }
  out_ << std::flush;
}

}  // namespace riposte
