#include "engine/base/crash_point.h"

#ifdef RIPOSTE_CRASH_POINTS

#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>

#include <signal.h>
#include <unistd.h>

namespace riposte {
namespace {

/// What the environment asked for, read once.
struct Order {
  std::string name;
  std::atomic<int> hits_left{1};
  std::chrono::milliseconds pause{0};

  Order() {
    const char* text =
        std::getenv("RIPOSTE_CRASH_AT");  // NOLINT(concurrency-mt-unsafe): read once, never set
    if (text == nullptr) return;
    name = text;
    const auto colon = name.find(':');
    if (colon == std::string::npos) return;
    int hits = 1;
    const char* const end = name.data() + name.size();
    const char* const rest = std::from_chars(name.data() + colon + 1, end, hits).ptr;
    hits_left = hits;
    int milliseconds = 0;
    if (rest != end) std::from_chars(rest + 1, end, milliseconds);
    pause = std::chrono::milliseconds(milliseconds);
    name.resize(colon);
  }
};

}  // namespace

void crash_point(std::string_view name) {
  static Order order;
  if (order.name != name || --order.hits_left != 0) return;
  std::this_thread::sleep_for(order.pause);
  const std::string last_words = "killed at crash point " + order.name + "\n";
  if (write(STDERR_FILENO, last_words.data(), last_words.size()) < 0) abort();  // the test reads it
  kill(getpid(), SIGKILL);
}

}  // namespace riposte

#endif
