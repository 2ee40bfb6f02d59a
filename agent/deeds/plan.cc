#include "agent/deeds/plan.h"

#include <algorithm>

#include "agent/ledger/entries.h"
#include "engine/base/printable.h"

namespace riposte::agent {
namespace {

std::string lines_of(const Facts& facts) {
  std::string lines;
  for (const auto& [name, value] : facts) lines += name + " " + printable(value) + "\n";
  return lines;
}

}  // namespace

std::string encode_plan(Facts facts) {
  std::string plan = lines_of(facts);
  while (plan.size() > kPlanBytesMax && !facts.empty()) {
    const auto longest =
        std::ranges::max_element(facts, {}, [](const auto& fact) { return printable(fact.second).size(); });
    if (longest->second.empty()) break;
    longest->second.clear();
    plan = lines_of(facts);
  }
  return plan;
}

Facts decode_plan(std::string_view plan) {
  Facts facts;
  while (!plan.empty()) {
    const std::string_view line = plan.substr(0, plan.find('\n'));
    plan.remove_prefix(std::min(line.size() + 1, plan.size()));
    const auto space = line.find(' ');
    if (space != 0 && space != std::string_view::npos)
      facts.emplace(line.substr(0, space), line.substr(space + 1));
  }
  return facts;
}

std::string fact_of(const Facts& facts, const std::string& name) {
  const auto found = facts.find(name);
  return found == facts.end() ? std::string() : found->second;
}

}  // namespace riposte::agent
