#include "engine/config/rule_watch.h"

#include <utility>

namespace riposte {

RuleWatch::RuleWatch(RuleReloadParts parts, LoadedRules first)
    : reload_(std::move(parts), std::move(first)),
      thread_([this](const std::stop_token& stop) { work(stop); }) {}

void RuleWatch::reload() {
  const std::scoped_lock lock(mutex_);
  is_asked_ = true;
  asked_.notify_one();
}

void RuleWatch::work(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    std::unique_lock lock(mutex_);
    asked_.wait_for(lock, stop, kLookInterval, [this] { return is_asked_; });
    if (stop.stop_requested()) return;
    const bool asked = std::exchange(is_asked_, false);
    lock.unlock();
    asked ? reload_.reload() : reload_.look();
  }
}

}  // namespace riposte
