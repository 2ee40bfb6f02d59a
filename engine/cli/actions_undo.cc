#include <memory>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "engine/base/printable.h"
#include "engine/cli/api_call.h"
#include "engine/cli/commands.h"
#include "engine/cli/documents.h"
#include "engine/cli/exit_code.h"

namespace riposte::cli {
namespace {

constexpr const char* kUndoFooter = R"(Examples:
  riposte actions undo 3f2a91c0 77ab01d2 --comment "false positive"
  riposte actions undo --rule ssh-brute --from 2026-03-01T12:00:00Z --to 2026-03-01T13:00:00Z         shows what it would undo
  riposte actions undo --rule ssh-brute --from 2026-03-01T12:00:00Z --to 2026-03-01T13:00:00Z --yes   and undoes it
  riposte actions undo --forbidden                                                                    what policy.never names by now)";

struct UndoOptions {
  ApiOptions api;
  std::vector<std::string> ids;
  std::string rule;
  std::string from;
  std::string to;
  std::string host;
  std::string type;
  std::string comment;
  bool forbidden = false;
  bool yes = false;
};

/// The order's state matters more than its id: one that waits for a second person has undone nothing yet.
std::string undone_text(const http::Json& action, const http::HttpClient& client) {
  const std::string order = text_at(action, "/undone_by");
  std::string text = short_id(text_at(action, "/id")) + " is taken back by " + short_id(order);
  if (const auto found = client.get("/v1/actions/" + order))
    text += ", " + text_at(*found, "/type") + ", which is " + state_cell(*found).text;
  return text + "\n";
}

Result<http::Json> undo_one(const UndoOptions& options, const std::string& prefix,
                            const http::HttpClient& client) {
  const std::string id = TRY(resolve_id(client, prefix));
  return client.post("/v1/actions/" + id + "/undo", {{"comment", options.comment}});
}

/// Every one is tried; the first that was refused gives the exit code.
Result<int> undo_each(const UndoOptions& options, const http::HttpClient& client) {
  int code = kExitOk;
  for (const std::string& prefix : options.ids) {
    const auto action = undo_one(options, prefix, client);
    if (!action) {
      complain(prefix + ": " + action.error().text());
      if (code == kExitOk) code = exit_code_of(action.error().code);
    } else if (options.api.json) {
      print_json(*action);
    } else {
      print(undone_text(*action, client));
    }
  }
  return code;
}

std::string plan_text(const http::Json& plan, bool yes) {
  const http::Json& actions = plan.at("actions");
  if (actions.empty()) return "there is nothing to undo\n";
  std::string text = action_table(actions);
  if (plan.at("more").get<bool>()) text += "there are more: do it again for the rest\n";
  if (!yes) text += "nothing was undone; with --yes these " + std::to_string(actions.size()) + " are\n";
  return text;
}

std::string answers_text(const http::Json& answers) {
  std::string text = std::to_string(answers.at("undone").size()) + " are being undone\n";
  for (const http::Json& refused : answers.at("refused"))
    text += short_id(text_at(refused, "/id")) + " is not: " + printable(text_at(refused, "/error/message")) +
            "\n";
  return text;
}

Result<int> undo_range(const UndoOptions& options, const http::HttpClient& client) {
  http::Json wish{{"rule", options.rule},          {"host", options.host}, {"type", options.type},
                  {"from", options.from},          {"to", options.to},     {"preview", true},
                  {"forbidden", options.forbidden}};
  const http::Json plan = TRY(client.post("/v1/undo", wish));
  if (!options.api.json) print(plan_text(plan, options.yes));
  if (!options.yes || plan.at("actions").empty()) {
    if (options.api.json) print_json(plan);
    return kExitOk;
  }
  wish.erase("preview");
  wish["digest"] = plan.at("digest");
  wish["comment"] = options.comment;
  const http::Json answers = TRY(client.post("/v1/undo", wish));
  if (options.api.json)
    print_json(answers);
  else
    print(answers_text(answers));
  return answers.at("refused").empty() ? kExitOk : kExitRefused;
}

int undo_or_complain(const UndoOptions& options) {
  const bool whole_range =
      options.forbidden || (!options.rule.empty() && !options.from.empty() && !options.to.empty());
  const bool any_range =
      options.forbidden || !(options.rule + options.from + options.to + options.host + options.type).empty();
  if (options.ids.empty() ? !whole_range : any_range) {
    complain("give either ids of actions, or --rule, --from and --to, or --forbidden");
    return kExitUsage;
  }
  return call_api(options.api, [&](const http::HttpClient& client) {
    return options.ids.empty() ? undo_range(options, client) : undo_each(options, client);
  });
}

}  // namespace

void add_actions_undo(CLI::App& actions, Chosen& chosen) {
  const auto options = std::make_shared<UndoOptions>();
  CLI::App* command = actions.add_subcommand(
      "undo", "Take back what was done, where an inverse exists, by id or by rule and time");
  command->footer(kUndoFooter);
  command->add_option("ID", options->ids, "Ids of actions, or their first digits");
  command->add_option("--rule", options->rule, "Instead of ids: all of the rule with this id …");
  command->add_option("--from", options->from, "… created then or later, RFC 3339 …");
  command->add_option("--to", options->to, "… and before then");
  command->add_flag(
      "--forbidden", options->forbidden,
      "Instead of ids: all whose targets policy.never names by now (of these --rule, --from, --to)");
  command->add_option("--host", options->host, "Of these only those for this host");
  command->add_option("--type", options->type, "Of these only those of this action type");
  command->add_option("--comment", options->comment, "Why; kept in the audit trail");
  command->add_flag("--yes", options->yes, "Undo what the preview shows; without it nothing is undone");
  add_api_options(*command, options->api);
  command->callback([&chosen, options] { chosen = [options] { return undo_or_complain(*options); }; });
}

}  // namespace riposte::cli
