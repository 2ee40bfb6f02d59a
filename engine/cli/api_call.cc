#include "engine/cli/api_call.h"

#include <cstdio>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "engine/base/printable.h"
#include "engine/cli/documents.h"
#include "engine/cli/exit_code.h"
#include "engine/cli/token_file.h"

namespace riposte::cli {
namespace {

constexpr std::size_t kIdDigits = 32;
/// Shorter beginnings are more likely a slip than an id.
constexpr std::size_t kPrefixDigitsMin = 4;
constexpr std::string_view kHexDigits = "0123456789abcdef";

std::vector<std::string> ids_that_begin(const http::Json& listed, const std::string& prefix) {
  std::vector<std::string> ids;
  for (const http::Json& action : listed.at("actions"))
    if (text_at(action, "/id").starts_with(prefix)) ids.push_back(text_at(action, "/id"));
  return ids;
}

}  // namespace

void add_api_options(CLI::App& command, ApiOptions& options) {
  command.add_option("--url", options.url, "Where the engine listens (loopback)")->capture_default_str();
  command.add_option("--token-file", options.token_file,
                     "File with your token, readable by you alone (default: ~/.config/riposte/token)");
  command.add_flag("--json", options.json, "Print the API's JSON document instead of text");
}

int call_api(const ApiOptions& options, const std::function<Result<int>(const http::HttpClient&)>& ask) {
  const auto token = read_token_file(options.token_file.empty() ? default_token_file() : options.token_file);
  if (!token) {
    complain(token.error().text());
    return kExitUsage;
  }
  const auto client = http::HttpClient::make(options.url, *token);
  if (!client) {
    complain(client.error().text());
    return kExitUsage;
  }
  try {
    const Result<int> code = ask(*client);
    if (code) return *code;
    complain(code.error().text());
    return exit_code_of(code.error().code);
  } catch (const http::Json::exception&) {
    complain("what answers at " + options.url + " is not a Riposte engine of this version");
    return kExitUnreachable;
  }
}

void complain(const std::string& message) {
  std::fflush(stdout);
  std::fputs(("riposte: error: " + printable(message) + "\n").c_str(), stderr);
}

void print(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

void print_json(const http::Json& document) { print(http::pretty_text_of(document) + "\n"); }

Result<std::string> resolve_id(const http::HttpClient& client, const std::string& text) {
  if (text.size() == kIdDigits) return text;
  if (text.size() < kPrefixDigitsMin || text.size() > kIdDigits ||
      text.find_first_not_of(kHexDigits) != std::string::npos)
    return fail(Errc::not_found, "'" + text + "' is no action id: at least its first " +
                                     std::to_string(kPrefixDigitsMin) + " hexadecimal digits are needed");
  for (const char* query : {"/v1/actions?open=true&limit=1000", "/v1/actions?limit=1000"}) {
    const http::Json listed = TRY(client.get(query));
    const std::vector<std::string> ids = ids_that_begin(listed, text);
    if (ids.size() > 1) {
      std::string message = "several actions begin with '" + text + "':";
      for (const std::string& id : ids) message += " " + id;
      return fail(Errc::conflict, message);
    }
    // With more actions than were listed, another one may begin like this: whoever can make detections could
    // aim for it.
    if (listed.at("more").get<bool>())
      return fail(Errc::conflict, "there are too many actions to be sure which one begins with '" + text +
                                      "'; write its whole id");
    if (ids.size() == 1) return ids.front();
  }
  return fail(Errc::not_found, "no action begins with '" + text + "'");
}

}  // namespace riposte::cli
