#include <memory>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "engine/cli/api_call.h"
#include "engine/cli/commands.h"
#include "engine/cli/documents.h"
#include "engine/cli/exit_code.h"

namespace riposte::cli {
namespace {

constexpr const char* kShowFooter = R"(Examples:
  riposte actions show 3f2a91c0                          the first digits of the id are enough
  riposte actions show 3f2a91c0d6e84b7fa5b2c19d0e3f4a58 --json)";

struct ShowOptions {
  ApiOptions api;
  std::string id;
};

using Pairs = std::vector<std::pair<std::string, Cell>>;

void add_object(Pairs& pairs, const std::string& prefix, const http::Json& object) {
  for (const auto& [name, value] : object.items())
    pairs.push_back({prefix + name, {value.is_string() ? value.get<std::string>() : http::text_of(value)}});
}

std::string action_text(const http::Json& action) {
  Pairs pairs;
  const auto add = [&](const char* name, const std::string& pointer) {
    if (const std::string text = text_at(action, pointer); !text.empty() && text != "none")
      pairs.push_back({name, {text}});
  };
  add("id", "/id");
  add("action", "/type");
  add("target", "/target");
  add("host", "/host");
  pairs.push_back({"state", state_cell(action)});
  add("reason", "/reason");
  add("detail", "/detail");
  add("defect", "/defect");
  pairs.push_back({"submitted by", {submitter_of(action)}});
  add("approval", "/ground");
  add("approved by", "/approver");
  add("comment", "/comment");
  add("severity", "/severity");
  add("verification", "/verification");
  add("created", "/created_at");
  add("updated", "/updated_at");
  add("due", "/due_at");
  const auto add_text = [&](const char* name, const std::string& text) {
    if (!text.empty()) pairs.push_back({name, {text}});
  };
  add_text("order", chain_of(action));
  add_text("cooldown", cooldown_of(action));
  add_text("time to live", ttl_of(action));
  add("undone by", "/undone_by");
  add("failed undo", "/failed_undo");
  add("undoes", "/undoes");
  add("rule", "/cause/rule");
  add("template", "/cause/template");
  add("event", "/cause/event_uid");
  add("stream", "/cause/stream");
  add_object(pairs, "parameter ", action.at("parameters"));
  add_object(pairs, "evidence ", action.at("evidence"));
  return key_value_text(pairs);
}

Result<int> show(const ShowOptions& options, const http::HttpClient& client) {
  const std::string id = TRY(resolve_id(client, options.id));
  const http::Json action = TRY(client.get("/v1/actions/" + id));
  if (options.api.json) {
    print_json(action);
    return kExitOk;
  }
  const http::Json trail = TRY(client.get("/v1/audit?limit=1000&action=" + id));
  print(action_text(action) + "\n");
  print(trail.at("records").empty() ? "no audit records\n" : audit_table(trail, false));
  if (trail.at("more").get<bool>()) print("there are more: these are the first thousand\n");
  return kExitOk;
}

}  // namespace

void add_actions_show(CLI::App& actions, Chosen& chosen) {
  const auto options = std::make_shared<ShowOptions>();
  CLI::App* command = actions.add_subcommand("show", "Show one action and its audit trail");
  command->footer(kShowFooter);
  command->add_option("ID", options->id, "The action's id, or its first digits")->required();
  add_api_options(*command, options->api);
  command->callback([&chosen, options] {
    chosen = [options] {
      return call_api(options->api, [&](const http::HttpClient& client) { return show(*options, client); });
    };
  });
}

}  // namespace riposte::cli
