#include "connectors/script/script_order.h"

#include <algorithm>
#include <string_view>
#include <variant>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "engine/base/nearest.h"

namespace riposte {
namespace {

using OrderedJson = nlohmann::ordered_json;

constexpr std::string_view kScriptParameter = "script";

Result<const Script*> find_script(const ActionRequest& request, const Scripts& scripts) {
  const auto named = request.parameters.find(std::string(kScriptParameter));
  if (named == request.parameters.end()) return fail(Errc::invalid, "the order has no parameter 'script'");
  const std::string id = text_of(named->second);
  const auto found = scripts.find(id);
  if (found != scripts.end()) return &found->second;
  std::vector<std::string_view> known;
  for (const auto& [name, script] : scripts) known.emplace_back(name);
  return fail(Errc::invalid, "no script '" + id + "' is loaded" + did_you_mean(id, known));
}

const ParameterSpec* spec_named(const Script& script, std::string_view name) {
  const auto found = std::ranges::find(script.parameters, name, &ParameterSpec::name);
  return found == script.parameters.end() ? nullptr : &*found;
}

/// A parameter of a manifest is named `script` in no case: the loader refuses it.
Result<Parameters> read_parameters(const ActionRequest& request, const Script& script) {
  Parameters parameters;
  std::vector<std::string> wrong;
  std::vector<std::string_view> known;
  for (const ParameterSpec& spec : script.parameters) {
    known.emplace_back(spec.name);
    if (spec.required && !request.parameters.contains(spec.name))
      wrong.push_back(fmt::format("parameter '{}' is missing", spec.name));
  }
  for (const auto& [name, value] : request.parameters) {
    if (name == kScriptParameter) continue;
    const ParameterSpec* spec = spec_named(script, name);
    if (spec == nullptr) {
      wrong.push_back(fmt::format("no parameter is called '{}'{}", name, did_you_mean(name, known)));
      continue;
    }
    auto conformed = conform(value, *spec);
    if (conformed)
      parameters.emplace(name, *std::move(conformed));
    else
      wrong.push_back(fmt::format("parameter '{}': {}", name, conformed.error().text()));
  }
  if (!wrong.empty())
    return fail(Errc::invalid, fmt::format("script '{}': {}", script.id, fmt::join(wrong, "; ")));
  return parameters;
}

OrderedJson json_of(const Value& value) {
  return std::visit([](const auto& held) { return OrderedJson(held); }, value);
}

OrderedJson document(const ScriptOrder& order, const ActionRequest& request, std::uint32_t attempt) {
  OrderedJson parameters = OrderedJson::object();
  for (const auto& [name, value] : order.parameters) parameters[name] = json_of(value);
  return {{"version", kPayloadVersion},
          {"action_id", request.id.value()},
          {"attempt", attempt},
          {"type", name_of(request.type)},
          {"script", order.script->id},
          {"host", request.host},
          {"target", request.target},
          {"severity", name_of(request.severity)},
          {"comment", request.comment},
          {"parameters", std::move(parameters)},
          {"rule", {{"id", request.cause.rule.value()}, {"title", request.cause.rule_title}}},
          {"event",
           {{"stream", request.cause.stream.value()},
            {"offset", request.cause.offset.value()},
            {"uid", request.cause.event_uid}}}};
}

std::string line_of(const OrderedJson& json) {
  return json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
}

}  // namespace

Result<ScriptOrder> read_script_order(const ActionRequest& request, const Scripts& scripts) {
  const Script* script = TRY(find_script(request, scripts));
  return ScriptOrder{.script = script, .parameters = TRY(read_parameters(request, *script))};
}

std::string payload_of(const ScriptOrder& order, const ActionRequest& request, std::uint32_t attempt) {
  return line_of(document(order, request, attempt));
}

std::string verify_payload_of(const ScriptOrder& order, const Action& action) {
  OrderedJson json = document(order, action, action.attempt);
  json["evidence"] = action.evidence;
  return line_of(json);
}

}  // namespace riposte
