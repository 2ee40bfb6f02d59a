/// The newest published version of an immutable value; readers keep the one they took.
///
/// Threads: any. A mutex, because std::atomic<std::shared_ptr> reports a race under TSAN with GCC 12.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace riposte {

template <class T>
class Latest {
 public:
  explicit Latest(std::shared_ptr<const T> first) : value_(std::move(first)) {}

  void publish(std::shared_ptr<const T> next) {
    std::scoped_lock lock(mutex_);
    value_ = std::move(next);
  }

  std::shared_ptr<const T> read() const {
    std::scoped_lock lock(mutex_);
    return value_;
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const T> value_;
};

}  // namespace riposte
