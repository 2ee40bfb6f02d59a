#include "bench/example_rules.h"

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "rules/language/reader.h"
#include "rules/language/schema_reader.h"

namespace riposte::bench {
namespace {

void require_none(const std::vector<Diagnostic>& diagnostics) {
  std::string all;
  for (const Diagnostic& diagnostic : diagnostics) all += diagnostic.text() + '\n';
  if (!all.empty()) throw std::runtime_error("the example rules do not load:\n" + all);
}

}  // namespace

ActionCatalogue example_actions() {
  return {{ActionType::kill_process, ActionType::suspend_process, ActionType::run_script},
          {{"notify", {{"user", ValueKind::string, true, ""}, {"summary", ValueKind::string, false, ""}}}}};
}

ExampleRules load_example_rules() {
  ExampleRules loaded;
  loaded.actions = example_actions();
  const std::map<std::string, ActiveHours> hours;
  const std::vector<std::string> paths{RIPOSTE_SOURCE_DIR "/examples/rules"};
  ReadRules read = read_rules(paths, {loaded.actions, hours});
  require_none(read.diagnostics);
  auto schema = shipped_schema("elastic_security_alert");
  if (!schema) throw std::runtime_error(schema.error().text());
  CompiledRules compiled = RuleSet::compile(std::move(read.rules), {*std::move(schema)});
  require_none(compiled.diagnostics);
  loaded.rules = std::move(compiled.rules);
  return loaded;
}

}  // namespace riposte::bench
