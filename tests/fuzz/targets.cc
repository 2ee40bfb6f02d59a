#include "tests/fuzz/targets.h"

#include <cstdio>
#include <cstdlib>

namespace riposte::fuzz {

void require(bool holds, std::string_view what) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

ActionCatalogue actions() {
  return {{ActionType::kill_process, ActionType::suspend_process, ActionType::run_script},
          {{"notify",
            {{"user", ValueKind::string, true, ""},
             {"summary", ValueKind::string, false, ""},
             {"attempts", ValueKind::integer, false, ""}}}}};
}

std::map<std::string, ActiveHours> active_hours() {
  const std::vector<std::string> windows{"Mon-Fri 08:00-18:00"};
  return {{"office", *ActiveHours::parse("office", "Europe/Berlin", windows)}};
}

PlaceholderLists placeholders() { return {{"servers", {"a", "b*", "\\*"}}, {"none", {}}}; }

std::filesystem::path source_folder() { return RIPOSTE_SOURCE_DIR; }

}  // namespace riposte::fuzz
