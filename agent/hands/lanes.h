/// Which of the waiting tasks may begin: one at a time for a process, a file or the packet filters, and room
/// for containment whatever else goes on.
///
/// Limits:  kChildrenMax tasks at once, kSlowChildrenMax of them with files; kWaitingMax orders wait.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "agent/hands/task.h"

namespace riposte::agent {

inline constexpr std::size_t kChildrenMax = 8;
/// Copying a large file must not keep a host from being isolated.
inline constexpr std::size_t kSlowChildrenMax = 4;
inline constexpr std::size_t kWaitingMax = 256;

using TaskId = std::uint64_t;

class Lanes {
 public:
  bool is_full() const { return waiting_.size() >= kWaitingMax; }
  void push(TaskId id, Task task) { waiting_.push_back({id, std::move(task)}); }
  struct Row {
    TaskId id;
    Task task;
  };
  /// The first that may begin, its lane taken; nothing where none may.
  std::optional<Row> next(bool may_look = true);
  void end(TaskId id);

  const std::deque<Row>& waiting() const { return waiting_; }
  /// Nobody was promised anything of what has not begun.
  void drop_waiting() { waiting_.clear(); }
  /// Whether an order of this purpose for the action waits.
  bool awaits(const ActionId& action, order::Purpose purpose) const;
  bool awaits(TaskKind kind) const;
  /// Whether this attempt to carry the action out waits, or a later one.
  bool awaits(const ActionId& action, std::uint32_t attempt) const;

 private:
  struct Running {
    std::string lane;
    bool slow;
  };
  bool may_begin(const Task& task) const;

  std::deque<Row> waiting_;
  std::map<TaskId, Running> running_;
  std::set<std::string> busy_;
  std::size_t slow_ = 0;
};

}  // namespace riposte::agent
