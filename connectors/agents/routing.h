/// Which enrolled host is meant by what a detection, a rule or a person calls it.
///
/// By id first: a machine id or an alias. Then by name, whatever its case; then without the domain, where one
/// of the two has none. Whoever could be meant beside another is not meant at all.
/// Threads: any; it never changes.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/agents/channel.h"
#include "engine/lifecycle/action.h"

namespace riposte::agents {

class Routing {
 public:
  /// Of these the revoked ones are left out.
  explicit Routing(std::vector<AgentEntry> entries);

  struct Meant {
    const AgentEntry* entry = nullptr;  ///< null: nobody, or not one alone
    std::string why;                    ///< empty: nobody has such a name
  };
  Meant find(const ActionRequest& request) const;
  /// Null: not enrolled, or revoked.
  const AgentEntry* find_machine(const std::string& machine_id) const;

 private:
  using Index = std::multimap<std::string, std::size_t, std::less<>>;
  Meant find_name(std::string_view name) const;
  Meant find_without_domain(const std::string& name) const;
  Meant only_one(std::string_view name, const std::vector<std::size_t>& found) const;

  std::vector<AgentEntry> entries_;
  Index names_;   ///< machine ids, names and aliases, in lower case
  Index labels_;  ///< the same up to their first dot
};

}  // namespace riposte::agents
