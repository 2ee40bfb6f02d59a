/// The processes that act on the host, one for each task, and the talk with them.
///
/// A child has the privileges of its task, no file of the program but its end of the talk and the lock that
/// says that it lives, and ends with the program.
///
/// Threads: one, and the program has no other: it forks.
/// Limits:  a child that the kernel holds in an uninterruptible wait ends when that does, killed or not.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <poll.h>
#include <sys/types.h>

#include "agent/hands/child_talk.h"
#include "agent/hands/lanes.h"
#include "engine/base/descriptor.h"

namespace riposte::agent {

class Children {
 public:
  /// `lock`: kept open by every child; whoever locks it knows that none is left.
  Children(const Craft& craft, int lock) : craft_(craft), lock_(lock) {}
  ~Children();
  Children(const Children&) = delete;
  Children& operator=(const Children&) = delete;

  /// False: no process to be had.
  bool start(TaskId id, const Task& task, const Scene& scene);
  void go(TaskId id);
  void kill(TaskId id);

  /// What to wait for.
  void add_to(std::vector<pollfd>& polled) const;
  /// What has happened since the last call. Never waits.
  struct News {
    TaskId id = 0;
    std::optional<std::string> plan{};
    bool ended = false;
    std::optional<Ending> ending{};  ///< nothing: it ended without a word
  };
  std::vector<News> collect();

 private:
  struct Child {
    pid_t pid;
    Descriptor handle;
    Descriptor talk;
    std::optional<Ending> ending{};
  };
  [[noreturn]] void live(const Task& task, const Scene& scene, const Descriptor& talk) const;
  static void listen(TaskId id, Child& child, std::vector<News>& news);

  const Craft& craft_;
  int lock_;
  std::map<TaskId, Child> children_;
};

}  // namespace riposte::agent
