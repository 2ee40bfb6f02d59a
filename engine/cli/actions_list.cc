#include <memory>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "connectors/http/target.h"
#include "engine/cli/api_call.h"
#include "engine/cli/commands.h"
#include "engine/cli/documents.h"
#include "engine/cli/exit_code.h"

namespace riposte::cli {
namespace {

constexpr const char* kListFooter = R"(Examples:
  riposte actions list                                   the newest hundred
  riposte actions list --state pending_approval          what waits for a second person
  riposte actions list --open --host web-1               what is not over yet on one host
  riposte actions list --type kill_process --json | jq '.actions[].target')";

struct ListOptions {
  ApiOptions api;
  std::string state;
  std::string type;
  std::string rule;
  std::string host;
  bool open = false;
  std::size_t limit = 100;
};

std::string target_of(const ListOptions& options) {
  std::string target = "/v1/actions?limit=" + std::to_string(options.limit);
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) target += "&" + std::string(name) + "=" + http::percent_encode(value);
  };
  add("state", options.state);
  add("type", options.type);
  add("rule", options.rule);
  add("host", options.host);
  add("open", options.open ? "true" : "");
  return target;
}

std::string list_text(const http::Json& page) {
  if (page.at("actions").empty()) return "no actions\n";
  const bool more = page.at("more").get<bool>();
  return action_table(page.at("actions")) +
         (more ? "there are more: narrow the list down, or raise --limit\n" : "");
}

Result<int> list(const ListOptions& options, const http::HttpClient& client) {
  const http::Json page = TRY(client.get(target_of(options)));
  if (options.api.json)
    print_json(page);
  else
    print(list_text(page));
  return kExitOk;
}

}  // namespace

void add_actions_list(CLI::App& actions, Chosen& chosen) {
  const auto options = std::make_shared<ListOptions>();
  CLI::App* command = actions.add_subcommand("list", "Show actions, newest first");
  command->footer(kListFooter);
  command->add_option("--state", options->state,
                      "pending_approval, queued, executing, completed, failed or cancelled");
  command->add_option("--type", options->type, "Only this action type");
  command->add_option("--rule", options->rule, "Only actions of the rule with this id");
  command->add_option("--host", options->host, "Only actions for this host");
  command->add_flag("--open", options->open, "Only actions that are not over yet");
  command->add_option("--limit", options->limit, "At most so many, up to 1000")->capture_default_str();
  add_api_options(*command, options->api);
  command->callback([&chosen, options] {
    chosen = [options] {
      return call_api(options->api, [&](const http::HttpClient& client) { return list(*options, client); });
    };
  });
}

}  // namespace riposte::cli
