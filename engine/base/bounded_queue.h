/// A queue between threads that is never longer than it was told to be: full is a normal answer.
///
/// Threads: any number on both sides.
/// Limits:  `capacity` counts weight, one per item unless the caller says otherwise (bytes, for instance).
///          An item heavier than the whole queue is taken when the queue is empty, so that nothing starves.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace riposte {

template <class T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t capacity) : capacity_(capacity) {}

  /// False when there is no room or the queue is closed; the item is then untouched.
  bool try_push(T& item, std::size_t weight = 1) {
    std::scoped_lock lock(mutex_);
    if (closed_ || (weight_ > 0 && weight_ + weight > capacity_)) return false;
    put(std::move(item), weight);
    return true;
  }

  /// Waits for room, at most `timeout`. False when there was none or the queue is closed; the item is then
  /// untouched.
  bool push_for(T& item, std::size_t weight, std::chrono::microseconds timeout) {
    std::unique_lock lock(mutex_);
    const auto fits = [&] { return closed_ || weight_ == 0 || weight_ + weight <= capacity_; };
    if (!room_.wait_for(lock, timeout, fits) || closed_) return false;
    put(std::move(item), weight);
    return true;
  }

  /// For what must never wait (an answer to a held request); the bound is the sender's own.
  /// False when the queue is closed.
  bool push_unbounded(T item) {
    std::scoped_lock lock(mutex_);
    if (closed_) return false;
    put(std::move(item), 0);
    return true;
  }

  /// Everything that is there, after waiting at most `timeout` for something. Empty on timeout or when
  /// closed.
  std::vector<T> pop_all(std::chrono::microseconds timeout) {
    std::unique_lock lock(mutex_);
    filled_.wait_for(lock, timeout, [&] { return closed_ || !items_.empty(); });
    std::vector<T> taken;
    taken.reserve(items_.size());
    for (auto& entry : items_) taken.push_back(std::move(entry.first));
    items_.clear();
    weight_ = 0;
    room_.notify_all();
    return taken;
  }

  /// The oldest item; waits until there is one. Empty when the queue is closed and drained.
  std::optional<T> pop() {
    std::unique_lock lock(mutex_);
    filled_.wait(lock, [&] { return closed_ || !items_.empty(); });
    if (items_.empty()) return {};
    auto [item, weight] = std::move(items_.front());
    items_.pop_front();
    weight_ -= weight;
    room_.notify_all();
    return std::move(item);
  }

  /// Takes no more; what is inside can still be popped.
  void close() {
    std::scoped_lock lock(mutex_);
    closed_ = true;
    filled_.notify_all();
    room_.notify_all();
  }

  bool closed() const {
    std::scoped_lock lock(mutex_);
    return closed_;
  }

  std::size_t size() const {
    std::scoped_lock lock(mutex_);
    return items_.size();
  }

  /// Sum of the weights inside.
  std::size_t weight() const {
    std::scoped_lock lock(mutex_);
    return weight_;
  }

 private:
  void put(T item, std::size_t weight) {
    items_.emplace_back(std::move(item), weight);
    weight_ += weight;
    filled_.notify_one();
  }

  mutable std::mutex mutex_;
  std::condition_variable filled_;
  std::condition_variable room_;
  std::deque<std::pair<T, std::size_t>> items_;
  const std::size_t capacity_;
  std::size_t weight_ = 0;
  bool closed_ = false;
};

}  // namespace riposte
