#include <memory>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "engine/cli/api_call.h"
#include "engine/cli/commands.h"
#include "engine/cli/documents.h"
#include "engine/cli/exit_code.h"

namespace riposte::cli {
namespace {

constexpr const char* kAuditFooter = R"(Examples:
  riposte audit                                          the newest hundred records, oldest of them first
  riposte audit --action 3f2a91c0                        everything that happened to one action
  riposte audit --limit 1000 --json | jq '.records[] | select(.event == "approve_refused")')";

struct AuditOptions {
  ApiOptions api;
  std::string action;
  std::size_t limit = 100;
};

Result<int> show_audit(const AuditOptions& options, const http::HttpClient& client) {
  std::string target = "/v1/audit?limit=" + std::to_string(options.limit);
  if (!options.action.empty()) target += "&action=" + TRY(resolve_id(client, options.action));
  const http::Json page = TRY(client.get(target));
  if (options.api.json) {
    print_json(page);
    return kExitOk;
  }
  print(page.at("records").empty() ? "no audit records\n" : audit_table(page, options.action.empty()));
  if (page.at("more").get<bool>()) print("there are more: raise --limit\n");
  return kExitOk;
}

}  // namespace

void add_audit(CLI::App& root, Chosen& chosen) {
  const auto options = std::make_shared<AuditOptions>();
  CLI::App* command = root.add_subcommand("audit", "Show who did what, and what was refused");
  command->footer(kAuditFooter);
  command->add_option("--action", options->action, "Only this action: its id, or its first digits");
  command->add_option("--limit", options->limit, "At most so many, up to 1000")->capture_default_str();
  add_api_options(*command, options->api);
  command->callback([&chosen, options] {
    chosen = [options] {
      return call_api(options->api,
                      [&](const http::HttpClient& client) { return show_audit(*options, client); });
    };
  });
}

}  // namespace riposte::cli
