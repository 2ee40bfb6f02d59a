/// The parts of the configuration file, one function each. Not for other rooms.
#pragma once

#include <string>

#include "engine/config/configuration.h"
#include "rules/language/map_reader.h"

namespace riposte::config {

/// Relative to the folder of the configuration file.
std::string resolve(const std::string& folder, const std::string& path);

void read_source(MapReader& map, const std::string& folder, Configuration& into);
void read_dead_letters(MapReader& map, const std::string& folder, Configuration& into);
void read_active_hours(MapReader& map, Configuration& into);
void read_policy(MapReader& map, Configuration& into);
/// `policy`: the section of that name.
void read_never(MapReader& policy, NeverTargets& into);
void read_agents(MapReader& map, Configuration& into);
void read_people(MapReader& map, Configuration& into);

}  // namespace riposte::config
