#include "rules/language/head.h"

#include <algorithm>
#include <array>

namespace riposte {

std::vector<std::string> split_authors(std::span<const std::string> texts) {
  std::vector<std::string> authors;
  for (std::string_view rest : texts) {
    while (!rest.empty()) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      std::string_view author = rest.substr(0, comma);
      rest.remove_prefix(std::min(comma + 1, rest.size()));
      while (author.starts_with(' ')) author.remove_prefix(1);
      while (author.ends_with(' ')) author.remove_suffix(1);
      if (!author.empty()) authors.emplace_back(author);
    }
  }
  return authors;
}

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
