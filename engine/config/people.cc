#include "engine/access/token.h"
#include "engine/base/nearest.h"
#include "engine/config/sections.h"

namespace riposte::config {
namespace {

using Roles = std::map<std::string, std::set<Grant>>;

Roles read_roles(MapReader& map) {
  Roles roles;
  auto section = map.map("roles");
  if (!section) return roles;
  for (const yaml::Entry& entry : section->entries()) {
    std::set<Grant>& grants = roles[entry.key];
    for (const std::string& text : section->texts(entry.key)) {
      const auto grant = parse_grant(text, action_type_names());
      if (grant)
        grants.insert(*grant);
      else
        map.diagnostics().error(entry.value, grant.error().text());
    }
  }
  return roles;
}

void add_grants(MapReader& map, const Roles& roles, std::set<Grant>& grants) {
  std::vector<std::string_view> known;
  for (const auto& [name, ignored] : roles) known.emplace_back(name);
  for (const std::string& name : map.texts("roles")) {
    const auto role = roles.find(name);
    if (role == roles.end())
      map.diagnostics().error(map.node(), "unknown role '" + name + "'" + did_you_mean(name, known));
    else
      grants.insert(role->second.begin(), role->second.end());
  }
}

}  // namespace

void read_people(MapReader& map, Configuration& into) {
  const Roles roles = read_roles(map);
  std::set<std::string> names;
  for (const yaml::Node& item : map.list("users")) {
    MapReader person(item, "users", map.diagnostics());
    User user;
    const std::string name = person.required_text("name").value_or("");
    user.principal.name = UserName(name);
    user.principal.aliases = person.texts("aliases");
    user.token_hash = person.required_text("token_hash").value_or("");
    add_grants(person, roles, user.principal.grants);
    person.finish();
    if (!user.token_hash.empty() && !is_token_hash(user.token_hash))
      map.diagnostics().error(
          item, "token_hash of '" + name + "' is no hash; \"riposte token new\" makes a token and its hash");
    if (!name.empty() && !names.insert(name).second)
      map.diagnostics().error(item, "user '" + name + "' is there twice");
    into.users.push_back(std::move(user));
  }
}

}  // namespace riposte::config
