/// One stream in memory: a record is with the engine as soon as its intake asks.
///
/// Threads: as Source; hand_over() from any.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "engine/ports/source.h"

namespace riposte::bench {

class MemorySource final : public Source {
 public:
  MemorySource();
  void hand_over(std::string bytes);

  Result<std::vector<SourceEvent>> poll(std::chrono::milliseconds timeout) override;
  void pause(const StreamId& stream) override;
  void resume(const StreamId& stream) override;
  void committed(const StreamId& stream, Offset next) override;

 private:
  std::mutex mutex_;
  std::condition_variable filled_;
  std::vector<SourceEvent> waiting_;
  std::int64_t next_ = 0;
  bool paused_ = false;
};

}  // namespace riposte::bench
