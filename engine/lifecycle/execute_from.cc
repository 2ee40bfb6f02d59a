#include "engine/lifecycle/execute_from.h"

#include <algorithm>
#include <utility>

namespace riposte {
namespace {

constexpr std::string_view kAgentPrefix = "agent:";

bool is_agent_name(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_';
  };
  return !name.empty() && name.size() <= kAgentNameMax && std::ranges::all_of(name, allowed);
}

bool acts_on_a_host(ActionType type) {
  const TargetKind target = spec_of(type).target;
  return target == TargetKind::process || target == TargetKind::host || target == TargetKind::file ||
         target == TargetKind::address;
}

}  // namespace

std::string text_of(const ExecuteFrom& from) {
  switch (from.place) {
    case ExecuteFrom::Place::host:
      return "host";
    case ExecuteFrom::Place::engine:
      return "engine";
    case ExecuteFrom::Place::agent:
      return std::string(kAgentPrefix) + from.agent;
  }
  std::unreachable();
}

Result<ExecuteFrom> parse_execute_from(std::string_view text) {
  if (text == "host") return ExecuteFrom{};
  if (text == "engine") return ExecuteFrom{ExecuteFrom::Place::engine, ""};
  if (text.starts_with(kAgentPrefix) && is_agent_name(text.substr(kAgentPrefix.size())))
    return ExecuteFrom{ExecuteFrom::Place::agent, std::string(text.substr(kAgentPrefix.size()))};
  return fail(Errc::invalid,
              "'" + std::string(text) + "' is no place to execute from; write host, engine or agent:NAME");
}

ExecuteFrom usual_place_of(ActionType type) {
  return {acts_on_a_host(type) ? ExecuteFrom::Place::host : ExecuteFrom::Place::engine, ""};
}

Result<void> may_execute_from(ActionType type, const ExecuteFrom& from, const ActionCatalogue& actions) {
  const std::string name(name_of(type));
  if (!acts_on_a_host(type) && from.place != ExecuteFrom::Place::engine)
    return fail(Errc::invalid, name + " is executed from the engine only; leave 'execute_from' out");
  if (from.place == ExecuteFrom::Place::agent && !actions.agents)
    return fail(Errc::invalid, "nothing here reaches agents, so " + name + " cannot be executed from " +
                                   text_of(from) + "; leave 'execute_from' out");
  return {};
}

}  // namespace riposte
