#include "rules/language/head.h"

#include <array>

namespace riposte {

LogSource read_logsource(MapReader& map) {
  LogSource source;
  std::optional<MapReader> logsource = map.map("logsource");
  if (!logsource) return source;
  source.category = logsource->text("category").value_or("");
  source.product = logsource->text("product").value_or("");
  source.service = logsource->text("service").value_or("");
  logsource->find("definition");
  logsource->finish_open();
  return source;
}

void ignore_unchecked_keys(MapReader& map) {
  constexpr std::array<std::string_view, 9> kIgnoredKeys{"date",           "modified", "references",
                                                         "falsepositives", "fields",   "related",
                                                         "license",        "taxonomy", "scope"};
  for (const std::string_view key : kIgnoredKeys) map.find(key);
}

}  // namespace riposte
