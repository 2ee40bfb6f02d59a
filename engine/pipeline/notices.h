/// What one partition's orders mean for those that wait in others: a person's release stands in the partition
/// of people, and what it lifts before it has begun in that of a stream.
///
/// Threads: any.
/// Limits:  what was told and not taken yet is forgotten in a crash; a partition looks for it when it is read
/// back.
#pragma once

#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "engine/lifecycle/fact.h"

namespace riposte {

class Notices {
 public:
  /// From now on this partition is told.
  void join(Partition partition) {
    const std::scoped_lock lock(mutex_);
    boxes_[partition].clear();
  }
  /// Everybody but the one that it comes from.
  void tell(Partition from, const std::vector<Superseded>& news) {
    if (news.empty()) return;
    const std::scoped_lock lock(mutex_);
    for (auto& [partition, box] : boxes_)
      if (partition != from) box.insert(box.end(), news.begin(), news.end());
  }
  std::vector<Superseded> take(Partition partition) {
    const std::scoped_lock lock(mutex_);
    return std::exchange(boxes_[partition], {});
  }

 private:
  std::mutex mutex_;
  std::map<Partition, std::vector<Superseded>> boxes_;
};

}  // namespace riposte
