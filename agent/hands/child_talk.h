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

/// A started entry is the longest: an order and its plan.
inline constexpr std::size_t kTalkBytesMax = kPlanBytesMax + order::kOrderBytesMax + 1024;

std::string plan_message(std::string_view plan);
std::string ending_message(const Ending& ending);

/// A message of the child; neither of both: nonsense.
struct FromChild {
  std::optional<std::string> plan;
  std::optional<Ending> ending;
};
FromChild read_message(std::string_view bytes);

/// Does the task and says how it ended. The child's end of the talk: `say` sends; `hear` waits for the go,
/// which is the started entry, and gives nothing when there is nobody left to wait for.
struct Talk {
  std::function<void(const std::string&)> say;
  std::function<std::optional<std::string>()> hear;
};
void do_task(const Task& task, const Craft& craft, Ledger& ledger, const Scene& scene, const Talk& talk);

}  // namespace riposte::agent
