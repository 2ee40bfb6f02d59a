/// The rules and the event format that Riposte's side of a comparison works with.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bench/peers/riposte/side.h"
#include "rules/matching/rule_set.h"

namespace riposte::bench {

struct SideRules {
  std::shared_ptr<const RuleSet> set;
  Readiness readiness;
};

/// Those that have no mistake. Throws std::runtime_error when the schema does not exist; "generic" is none.
SideRules compile_rules(const std::string& path, const std::string& schema, bool ignore_logsource);

/// As compile_rules() reads them.
std::vector<Rule> read_side_rules(const std::string& path, std::size_t& refused);
std::vector<Schema> schemas_named(const std::string& name);

}  // namespace riposte::bench
