#include "engine/authoring/check.h"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace riposte {
namespace {

nlohmann::ordered_json json_of(const Diagnostic& diagnostic) {
  return {{"file", diagnostic.location.file},
          {"line", diagnostic.location.line},
          {"column", diagnostic.location.column},
          {"severity", diagnostic.kind == Diagnostic::Kind::error ? "error" : "warning"},
          {"message", diagnostic.message}};
}

}  // namespace

bool is_clean(const Loaded& loaded) {
  return loaded.rules != nullptr && loaded.refused == 0 &&
         std::ranges::none_of(loaded.diagnostics,
                              [](const Diagnostic& d) { return d.kind == Diagnostic::Kind::error; });
}

void print_check(const Loaded& loaded, bool json, std::ostream& out) {
  const std::size_t rules = loaded.rules ? loaded.rules->size() : 0;
  if (json) {
    nlohmann::ordered_json document{
        {"rules_loaded", rules},
        {"rules_refused", loaded.refused},
        {"rule_set", loaded.rules ? nlohmann::json(loaded.rules->digest()) : nlohmann::json()},
        {"diagnostics", nlohmann::json::array()}};
    for (const Diagnostic& diagnostic : loaded.diagnostics)
      document["diagnostics"].push_back(json_of(diagnostic));
    out << document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
    return;
  }
  for (const Diagnostic& diagnostic : loaded.diagnostics) out << diagnostic.text() << '\n';
  if (!loaded.rules) out << "the rules were not compiled: mend the errors above first\n";
  out << rules << (rules == 1 ? " rule loaded, " : " rules loaded, ") << loaded.refused << " refused\n";
}

}  // namespace riposte
