#include <algorithm>

#include "connectors/agents/channel.h"
#include "engine/base/ascii.h"

namespace riposte::agents {

bool is_called(const AgentEntry& entry, const std::string& name) {
  const std::string wanted = lower_ascii(name);
  const auto same = [&](const std::string& own) { return lower_ascii(own) == wanted; };
  return same(entry.name) || same(entry.machine_id) || std::ranges::any_of(entry.aliases, same);
}

}  // namespace riposte::agents
