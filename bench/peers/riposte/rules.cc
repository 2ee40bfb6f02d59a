#include "bench/peers/riposte/rules.h"

#include <stdexcept>

#include "rules/language/reader.h"
#include "rules/language/schema_reader.h"

namespace riposte::bench {

std::vector<Schema> schemas_named(const std::string& name) {
  if (name == "generic") return {};
  auto schema = shipped_schema(name);
  if (!schema) throw std::runtime_error(schema.error().text());
  std::vector<Schema> schemas;
  schemas.push_back(*std::move(schema));
  return schemas;
}

std::vector<Rule> read_side_rules(const std::string& path, std::size_t& refused) {
  const ActionCatalogue actions;
  const std::map<std::string, ActiveHours> hours;
  const std::vector<std::string> paths{path};
  ReadRules read = read_rules(paths, {actions, hours});
  refused += read.refused;
  return std::move(read.rules);
}

SideRules compile_rules(const std::string& path, const std::string& schema, bool ignore_logsource) {
  SideRules made;
  std::vector<Rule> rules = read_side_rules(path, made.readiness.refused);
  std::vector<Schema> schemas = schemas_named(schema);
  const std::size_t before = resident_bytes();
  const auto begun = std::chrono::steady_clock::now();
  CompiledRules compiled = RuleSet::compile(std::move(rules), std::move(schemas), {ignore_logsource});
  made.readiness.compile = std::chrono::steady_clock::now() - begun;
  const std::size_t after = resident_bytes();
  made.readiness.resident_bytes = after > before ? after - before : 0;
  made.readiness.refused += compiled.refused;
  made.readiness.rules = compiled.rules->size();
  made.set = std::move(compiled.rules);
  return made;
}

}  // namespace riposte::bench
