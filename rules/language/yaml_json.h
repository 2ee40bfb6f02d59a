/// A YAML node as a JSON document: scalars take the type that the YAML 1.2 core schema gives them, 64-bit
/// integers stay exact.
#pragma once

#include <string>

#include "rules/language/yaml.h"

namespace riposte {

std::string json_of(const yaml::Node& node);

}  // namespace riposte
