/// An enrolled host as the text of its file in the registry.
#pragma once

#include <string>
#include <string_view>

#include "connectors/agents/channel.h"

namespace riposte::agents {

std::string to_json(const AgentEntry& entry);
/// Errors: corrupt (no such text, or a field that no entry can have).
Result<AgentEntry> parse_entry(std::string_view text);

}  // namespace riposte::agents
