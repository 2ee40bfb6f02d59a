/// The examples that a rule carries under `tests`: an event, whether the rule matches it, and what comes out.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/clock.h"
#include "rules/language/diagnostic.h"
#include "rules/language/map_reader.h"

namespace riposte {

/// An action that must come out. What is not written is not compared.
struct ExpectedAction {
  std::string type;
  std::optional<std::string> state;    ///< queued, pending_approval, failed …
  std::optional<std::string> comment;  ///< as rendered
  std::optional<std::string> reason;   ///< why it failed, or who must approve: any part of the text
  std::map<std::string, std::string> parameters;  ///< rendered, as text; others may be there
  Location location;
};

struct RuleTest {
  std::string name;
  std::string event;           ///< JSON; empty when `event_file` has it
  std::string event_file;      ///< relative to the rule's file
  std::optional<WallTime> at;  ///< when the event is looked at; it decides on active hours
  bool matches = true;
  std::optional<std::vector<ExpectedAction>> actions;  ///< exactly these, in any order; absent: not compared
  Location location;
};

/// What stands under `tests`. Mistakes go to the map's diagnostics.
std::vector<RuleTest> read_rule_tests(MapReader& rule);

}  // namespace riposte
