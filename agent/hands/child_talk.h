/// What a child and the privileged program say to each other, one message at a time, over a socket pair.
///
///     child                        program
///     looks        -- plan -->     writes it down
///     waits        <-- go ---
///     acts         -- ending -->   writes it down; the child ends
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agent/hands/craft.h"
#include "agent/hands/task.h"

namespace riposte::agent {

/// In the evidence of a sweep that has left something to the next.
inline constexpr const char* kMoreToSweep = "more";

/// A plan, or a result with all its evidence, and their lengths.
inline constexpr std::size_t kTalkBytesMax = kPlanBytesMax + 1024;
/// All that a child is told.
inline constexpr std::string_view kGo = "go";

std::string plan_message(std::string_view plan);
std::string ending_message(const Ending& ending);

/// A message of the child; neither of both: nonsense.
struct FromChild {
  std::optional<std::string> plan;
  std::optional<Ending> ending;
};
FromChild read_message(std::string_view bytes);

/// The child's end of the talk.
struct Talk {
  std::function<void(const std::string&)> say;
  /// Waits for the go. False: there is nobody left to wait for.
  std::function<bool()> may_go;
};
/// Does the task and says how it ended.
void do_task(const Task& task, const Craft& craft, const Scene& scene, const Talk& talk);

}  // namespace riposte::agent
