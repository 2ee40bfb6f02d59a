/// What every subcommand that asks the engine has in common: where it is, who asks, and how its errors are
/// told.
#pragma once

#include <functional>
#include <string>

#include "connectors/http/client.h"

namespace CLI {
class App;
}

namespace riposte::cli {

struct ApiOptions {
  std::string url = "http://127.0.0.1:7878";
  std::string token_file;  ///< empty: default_token_file()
  bool json = false;
};

/// --url, --token-file and --json.
void add_api_options(CLI::App& command, ApiOptions& options);

/// Asks, and turns an error into a line on stderr and its exit code.
int call_api(const ApiOptions& options, const std::function<Result<int>(const http::HttpClient&)>& ask);

/// "riposte: error: …" on stderr.
void complain(const std::string& message);

/// Writes to stdout.
void print(const std::string& text);

/// The document as the API gave it.
void print_json(const http::Json& document);

/// The id that `text` stands for: itself, or the one id of an action that begins with it.
/// Errors: not_found; conflict (several begin with it, or too many to tell).
Result<std::string> resolve_id(const http::HttpClient& client, const std::string& text);

}  // namespace riposte::cli
