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

constexpr const char* kAgentsFooter = R"(Examples:
  riposte agents list
  riposte agents list --json | jq -r '.agents[] | select(.connected | not) | .name'
  riposte agents enroll web01                     prints a token that lets one host join as web01, once, within an hour
  riposte agents revoke web01 --comment "stolen"  cuts it off; its certificate is worth nothing any more
  riposte agents carry 3f2a91c0 >release.order    the signed order of a release that waits for its host, to be carried there

On the host that an order was carried to, as root:
  riposte-agent-hands apply release.order

On the host that joins, as root, with the token in a file that root alone can read:
  riposte-agent enroll --engine ENGINE:7443 --token-file token --state /var/lib/riposte-agent --name web01)";

struct AgentOptions {
  ApiOptions api;
  std::string name;
  std::string valid = "1h";
  std::string comment;
};

Cell presence_cell(const http::Json& agent) {
  if (!agent.at("revoked_at").is_null()) return {"revoked", Colour::red};
  if (agent.at("connected").get<bool>()) return {"connected", Colour::green};
  return {"away", Colour::yellow};
}

/// What an operator should look at.
std::string notes_on(const http::Json& agent) {
  constexpr std::int64_t kClockNoticed = 2000;
  std::string notes = text_at(agent, "/comment");
  const auto add = [&](const std::string& note) { notes += (notes.empty() ? "" : "; ") + note; };
  if (agent.at("journal_went_back").get<bool>()) add("its journal went back");
  const auto ahead = agent.at("clock_ahead_ms").get<std::int64_t>();
  if (ahead > kClockNoticed || ahead < -kClockNoticed)
    add("its clock is " + std::to_string(ahead > 0 ? ahead : -ahead) + " ms " +
        (ahead > 0 ? "ahead" : "behind"));
  return notes;
}

std::string agent_table(const http::Json& agents) {
  Table table{
      {{"NAME", true}, {"STATE"}, {"SINCE"}, {"ORDERS"}, {"MACHINE ID", true}, {"ENROLLED"}, {"NOTES", true}},
      {}};
  for (const http::Json& agent : agents)
    table.rows.push_back(
        {{text_at(agent, "/name")},
         presence_cell(agent),
         {short_time(text_at(agent, agent.at("revoked_at").is_null() ? "/since" : "/revoked_at"))},
         {text_at(agent, "/orders_under_way")},
         {text_at(agent, "/machine_id")},
         {short_time(text_at(agent, "/enrolled_at"))},
         {notes_on(agent)}});
  return text_of(table);
}

Result<int> list_agents(const AgentOptions& options, const http::HttpClient& client) {
  const http::Json page = TRY(client.get("/v1/agents"));
  if (options.api.json)
    print_json(page);
  else
    print(page.at("agents").empty() ? "no agents; \"riposte agents enroll NAME\" lets one join\n"
                                    : agent_table(page.at("agents")));
  return kExitOk;
}

Result<int> enroll(const AgentOptions& options, const http::HttpClient& client) {
  const http::Json token =
      TRY(client.post("/v1/agents/tokens", {{"name", options.name}, {"valid", options.valid}}));
  if (options.api.json)
    print_json(token);
  else
    print("token   " + text_at(token, "/token") + "\nname    " + text_at(token, "/name") + "\nexpires " +
          short_time(text_at(token, "/expires_at")) + "\n");
  return kExitOk;
}

Result<int> revoke(const AgentOptions& options, const http::HttpClient& client) {
  const http::Json agent = TRY(client.post("/v1/agents/" + http::percent_encode(options.name) + "/revoke",
                                           {{"comment", options.comment}}));
  if (options.api.json)
    print_json(agent);
  else
    print(agent_table(http::Json::array({agent})));
  return kExitOk;
}

Result<int> carry(const AgentOptions& options, const http::HttpClient& client) {
  const std::string id = TRY(resolve_id(client, options.name));
  const http::Json carried = TRY(client.post("/v1/actions/" + id + "/order", http::Json::object()));
  if (options.api.json)
    print_json(carried);
  else
    print(text_at(carried, "/order") + "\n");
  return kExitOk;
}

CLI::App* add_one(CLI::App& agents, Chosen& chosen, const std::shared_ptr<AgentOptions>& options,
                  const char* name, const char* help,
                  Result<int> (*ask)(const AgentOptions&, const http::HttpClient&)) {
  CLI::App* command = agents.add_subcommand(name, help);
  command->footer(kAgentsFooter);
  command->callback([&chosen, options, ask] {
    chosen = [options, ask] {
      return call_api(options->api, [&](const http::HttpClient& client) { return ask(*options, client); });
    };
  });
  return command;
}

}  // namespace

void add_agents(CLI::App& root, Chosen& chosen) {
  CLI::App* agents =
      root.add_subcommand("agents", "List the agents on other hosts, let them join, send them away");
  agents->require_subcommand(1)->footer(kAgentsFooter);
  const auto options = std::make_shared<AgentOptions>();
  CLI::App* listing =
      add_one(*agents, chosen, options, "list", "Show every agent, and who is there", list_agents);
  CLI::App* enrolling =
      add_one(*agents, chosen, options, "enroll", "Print a token that lets one host join", enroll);
  enrolling->add_option("NAME", options->name, "What the agent is to be called: usually the host's name")
      ->required();
  enrolling->add_option("--valid", options->valid, "How long the token is good, such as 30m; at most 7d")
      ->capture_default_str();
  CLI::App* revoking = add_one(*agents, chosen, options, "revoke", "Cut an agent off for good", revoke);
  revoking->add_option("NAME", options->name, "Its name or its machine id")->required();
  revoking->add_option("--comment", options->comment, "Why; kept with the agent");
  CLI::App* carrying =
      add_one(*agents, chosen, options, "carry",
              "Print the signed order of a release, for a host that cannot be reached", carry);
  carrying->add_option("ID", options->name, "The action's id, or its first digits")->required();
  for (CLI::App* command : {listing, enrolling, revoking, carrying}) add_api_options(*command, options->api);
}

}  // namespace riposte::cli
