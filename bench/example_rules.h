/// The rules of examples/rules, compiled as the engine compiles them.
#pragma once

#include <memory>

#include "engine/lifecycle/action_type.h"
#include "rules/matching/rule_set.h"

namespace riposte::bench {

struct ExampleRules {
  ActionCatalogue actions;
  std::shared_ptr<const RuleSet> rules;
};

/// What the example rules refer to.
ActionCatalogue example_actions();

/// Throws std::runtime_error with every diagnostic when there is one.
ExampleRules load_example_rules();

}  // namespace riposte::bench
