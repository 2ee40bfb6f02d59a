/// What an action is aimed at: how an order names it, and where an event does.
#pragma once

#include <string>
#include <string_view>

#include "engine/lifecycle/action_type.h"

namespace riposte {

struct TargetSpec {
  TargetKind kind;
  std::string_view noun;       ///< "address": the order's target is "address 203.0.113.9"
  std::string_view parameter;  ///< that holds it; empty: the noun says it all
  std::string_view field;      ///< the canonical field that names it when a template does not say
};

const TargetSpec& target_spec_of(ActionType type);

/// One file has one target: "/tmp//x" and "/tmp/./x" are "/tmp/x".
std::string tidy_path(const std::string& path);

/// "process 4711", "file /tmp/dropper", "address 203.0.113.9", "user ada", "host", "script notify"; empty
/// while the parameter is missing. Two orders on one thing of one host have the same target, whatever their
/// types: that keeps an isolation and its end in one lane.
std::string target_of(ActionType type, const Parameters& parameters);

}  // namespace riposte
