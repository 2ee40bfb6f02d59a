#include "engine/base/result_word.h"

#include <algorithm>
#include <array>
#include <utility>

namespace riposte {
namespace {

constexpr std::array<std::string_view, std::to_underlying(kLastResultWord) + 1> kNames{
    "ok",          "already_done", "not_found", "refused_identity", "refused_guard",
    "unsupported", "timeout",      "error",     "unknown",          "unreachable"};

}  // namespace

std::string_view name_of(ResultWord word) { return kNames.at(std::to_underlying(word)); }

std::optional<ResultWord> parse_result_word(std::string_view name) {
  const auto found = std::ranges::find(kNames, name);
  if (found == kNames.end()) return {};
  return static_cast<ResultWord>(found - kNames.begin());
}

}  // namespace riposte
