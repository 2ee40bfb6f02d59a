#include <memory>
#include <random>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "engine/base/printable.h"
#include "engine/cli/api_call.h"
#include "engine/cli/commands.h"
#include "engine/cli/documents.h"
#include "engine/cli/exit_code.h"
#include "engine/lifecycle/action_type.h"

namespace riposte::cli {
namespace {

constexpr const char* kSubmitFooter = R"(Examples:
  riposte actions submit kill_process --pid 4711 --start 2026-03-01T11:59:00Z --comment "crypto miner"
  riposte actions submit run_script --script notify --param channel=soc --param loud=true
  riposte actions submit kill_process --pid 4711 --preview     what would run, and who must approve; submits nothing
  riposte actions submit run_script --script notify --request-id ticket-812     twice the same is one action)";

struct SubmitOptions {
  ApiOptions api;
  std::string type;
  std::string host;
  std::vector<std::string> parameters;
  std::string comment;
  std::string request_id;
  std::string pid;
  std::string start;
  std::string script;
  bool preview = false;
};

std::string new_request_id() {
  std::random_device random;
  std::string id;
  for (int word = 0; word < 4; ++word) id += std::to_string(random());
  return id;
}

/// Values travel as text; the engine knows which of them are numbers.
Result<http::Json> parameters_of(const SubmitOptions& options) {
  http::Json parameters = http::Json::object();
  const auto add = [&](const std::string& name, const std::string& value) -> Result<void> {
    if (parameters.contains(name)) return fail(Errc::invalid, "parameter '" + name + "' is given twice");
    parameters[name] = value;
    return {};
  };
  if (!options.pid.empty()) TRY(add("pid", options.pid));
  if (!options.start.empty()) TRY(add("start", options.start));
  if (!options.script.empty()) TRY(add("script", options.script));
  for (const std::string& pair : options.parameters) {
    const auto equals = pair.find('=');
    if (equals == std::string::npos || equals == 0)
      return fail(Errc::invalid, "--param takes name=value, not '" + pair + "'");
    TRY(add(pair.substr(0, equals), pair.substr(equals + 1)));
  }
  return parameters;
}

std::string list_of(const http::Json& texts) {
  std::string listed;
  for (const http::Json& text : texts) listed += (listed.empty() ? "" : "  ") + http::text_of(text);
  return listed;
}

std::string preview_text(const http::Json& preview) {
  std::vector<std::pair<std::string, Cell>> pairs{{"would do", {text_at(preview, "/command/summary")}},
                                                  {"target", {text_at(preview, "/request/target")}},
                                                  {"host", {text_at(preview, "/request/host")}}};
  if (!preview.at("command").at("argv").empty()) {
    pairs.push_back({"argv", {list_of(preview.at("command").at("argv"))}});
    pairs.push_back({"stdin", {text_at(preview, "/command/stdin")}});
  }
  pairs.push_back({"approval by", {text_at(preview, "/approval")}});
  pairs.push_back({"because", {text_at(preview, "/detail")}});
  for (const http::Json& note : preview.at("command").at("notes"))
    pairs.push_back({"note", {note.get<std::string>()}});
  return key_value_text(pairs) + "nothing was submitted\n";
}

std::string submitted_text(const http::Json& action) {
  const std::string id = short_id(text_at(action, "/id"));
  const std::string state = text_at(action, "/state");
  std::string text = id + " is " + state_cell(action).text + "\n";
  if (state == "pending_approval")
    text += "a second person lets it run with: riposte actions approve " + id + "\n";
  if (state == "failed") text += printable(text_at(action, "/detail")) + "\n";
  return text;
}

Result<int> submit(const SubmitOptions& options, const http::Json& body, const http::HttpClient& client) {
  const auto answer = client.post(options.preview ? "/v1/actions/preview" : "/v1/actions", body);
  if (!answer && answer.error().code == Errc::unavailable && !options.preview) {
    return fail(Errc::unavailable, answer.error().text() + "; asking again with '--request-id " +
                                       text_at(body, "/request_id") + "' never makes a second action");
  }
  if (!answer) return std::unexpected(answer.error());
  if (options.api.json)
    print_json(*answer);
  else
    print(options.preview ? preview_text(*answer) : submitted_text(*answer));
  return text_at(*answer, "/state") == "failed" ? kExitRefused : kExitOk;
}

int submit_or_complain(const SubmitOptions& options) {
  const auto parameters = parameters_of(options);
  if (!parameters) {
    complain(parameters.error().text());
    return kExitUsage;
  }
  const http::Json body{{"type", options.type},
                        {"host", options.host},
                        {"parameters", *parameters},
                        {"comment", options.comment},
                        {"request_id", options.request_id.empty() ? new_request_id() : options.request_id}};
  return call_api(options.api, [&](const http::HttpClient& client) { return submit(options, body, client); });
}

}  // namespace

void add_actions_submit(CLI::App& actions, Chosen& chosen) {
  const auto options = std::make_shared<SubmitOptions>();
  CLI::App* command =
      actions.add_subcommand("submit", "Ask for an action; destructive types wait for a second person");
  std::string types;
  for (const ActionTypeSpec& spec : action_types())
    types +=
        "\n  " + std::string(spec.name) + std::string(22 - spec.name.size(), ' ') + std::string(spec.summary);
  command->footer(std::string(kSubmitFooter) +
                  "\n\nAction types (the engine says which of them it can carry out):" + types);
  command->add_option("TYPE", options->type, "Action type, see below")->required();
  command->add_option("--host", options->host, "Host that is meant (default: the engine's own)");
  command->add_option("--pid", options->pid, "Process id, for process actions");
  command->add_option("--start", options->start,
                      "When that process started, RFC 3339: guards against a reused pid");
  command->add_option("--script", options->script, "Script id, for run_script");
  command->add_option("--param", options->parameters, "name=value, may be repeated")->allow_extra_args(false);
  command->add_option("--comment", options->comment, "Why; kept in the audit trail");
  command->add_option("--request-id", options->request_id,
                      "Your own id of this request: the same again is no second action");
  command->add_flag("--preview", options->preview,
                    "Show the exact command and who must approve; submit nothing");
  add_api_options(*command, options->api);
  command->callback([&chosen, options] { chosen = [options] { return submit_or_complain(*options); }; });
}

}  // namespace riposte::cli
