#include <array>
#include <memory>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "engine/cli/api_call.h"
#include "engine/cli/commands.h"
#include "engine/cli/documents.h"
#include "engine/cli/exit_code.h"

namespace riposte::cli {
namespace {

struct Wording {
  const char* name;
  const char* summary;
  const char* footer;
};

constexpr std::array kWordings{
    Wording{"approve", "Let an action that waits for approval run; never your own, never one of your rules",
            R"(Examples:
  riposte actions list --state pending_approval
  riposte actions approve 3f2a91c0 --comment "confirmed with the owner of web-1")"},
    Wording{"reject", "Refuse an action that waits for approval", R"(Examples:
  riposte actions reject 3f2a91c0 --comment "a backup job, false positive")"},
    Wording{"cancel", "Call off an action that has not run yet, or one whose outcome is in doubt",
            R"(Examples:
  riposte actions cancel 3f2a91c0 --comment "host is being rebuilt")"},
};

struct DecideOptions {
  ApiOptions api;
  std::string decision;
  std::string id;
  std::string comment;
};

Result<int> decide(const DecideOptions& options, const http::HttpClient& client) {
  const std::string id = TRY(resolve_id(client, options.id));
  const http::Json action =
      TRY(client.post("/v1/actions/" + id + "/" + options.decision, {{"comment", options.comment}}));
  if (options.api.json)
    print_json(action);
  else
    print(short_id(id) + " is " + state_cell(action).text + "\n");
  return kExitOk;
}

void add_decision(CLI::App& actions, Chosen& chosen, const Wording& wording) {
  const auto options = std::make_shared<DecideOptions>();
  options->decision = wording.name;
  CLI::App* command = actions.add_subcommand(wording.name, wording.summary);
  command->footer(wording.footer);
  command->add_option("ID", options->id, "The action's id, or its first digits")->required();
  command->add_option("--comment", options->comment, "Why; kept in the audit trail");
  add_api_options(*command, options->api);
  command->callback([&chosen, options] {
    chosen = [options] {
      return call_api(options->api, [&](const http::HttpClient& client) { return decide(*options, client); });
    };
  });
}

}  // namespace

void add_actions_decide(CLI::App& actions, Chosen& chosen) {
  for (const Wording& wording : kWordings) add_decision(actions, chosen, wording);
}

}  // namespace riposte::cli
