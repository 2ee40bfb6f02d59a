/// The agent's network part as a program: needs no privileges but its own files.
#include <csignal>
#include <iostream>

#include <CLI/CLI.hpp>

#include "agent/link/enroll.h"
#include "agent/link/link.h"
#include "engine/base/log.h"

namespace {

constexpr int kFailed = 1;
constexpr int kBadUsage = 2;
/// The engine does not want this host any more: starting again is no use.
constexpr int kDenied = 4;

constexpr auto kRunExamples = R"(
Examples:
  riposte-agent run
  riposte-agent run --state /var/lib/riposte-agent --socket /run/riposte-agent/hands.sock

Ends with 4 when the engine has revoked this host.)";

constexpr auto kEnrollExamples = R"(
The token comes from `riposte agents enroll` on the engine. It is read from a file, so that it does not show
in the list of processes; the file must be readable by its owner alone.

Examples:
  riposte-agent enroll --engine 192.0.2.7:7443 --token-file ./token
  riposte-agent enroll --engine engine.example.com:7443 --token-file ./token --name web01
  riposte-agent enroll --engine [2001:db8::7]:7443 --token-file ./token && rm ./token)";

void add_run(CLI::App& app, riposte::agent::LinkOptions& options) {
  CLI::App* command =
      app.add_subcommand("run", "Carry frames between the engine and the hands, until SIGTERM");
  command->add_option("--state", options.state, "Folder of the agent")->capture_default_str();
  command->add_option("--socket", options.socket, "Socket of riposte-agent-hands")->capture_default_str();
  command->footer(kRunExamples);
}

void add_enroll(CLI::App& app, riposte::agent::EnrolOptions& options) {
  CLI::App* command = app.add_subcommand("enroll", "Make this host one of the engine's fleet; once, as root");
  command->add_option("--engine", options.engine, "HOST:PORT; a name is asked once, its addresses are kept")
      ->required();
  command->add_option("--token-file", options.token_file, "File with the enrolment token")->required();
  command->add_option("--state", options.state, "Folder of the agent")->capture_default_str();
  command->add_option("--name", options.name, "Name in the fleet; the host's own when left out");
  command->add_option("--user", options.user, "User of the network part")->capture_default_str();
  command->add_option("--machine-id-file", options.machine_id_file, "Identifies the machine")
      ->capture_default_str();
  command->footer(kEnrollExamples);
}

int told(const riposte::Error& error) {
  std::cerr << "riposte-agent: error: " << error.text() << "\n";
  return error.code == riposte::Errc::denied ? kDenied : kFailed;
}

int run_until_told(const riposte::agent::LinkOptions& options) {
  (void)std::signal(SIGPIPE, SIG_IGN);
  riposte::SystemClock clock;
  const auto ended = riposte::agent::run_link(options, clock);
  return ended ? 0 : told(ended.error());
}

int enroll_host(const riposte::agent::EnrolOptions& options) {
  (void)std::signal(SIGPIPE, SIG_IGN);
  const auto done = riposte::agent::enroll(options);
  if (!done) return told(done.error());
  std::cout << *done << "\n";
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Riposte's agent, its network part", "riposte-agent");
  app.set_version_flag("--version", RIPOSTE_VERSION);
  app.require_subcommand(1);
  riposte::agent::LinkOptions link{.state = "/var/lib/riposte-agent",
                                   .socket = "/run/riposte-agent/hands.sock"};
  riposte::agent::EnrolOptions enrolment{.state = "/var/lib/riposte-agent", .user = "riposte-agent"};
  add_run(app, link);
  add_enroll(app, enrolment);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kBadUsage;
  }
  return app.got_subcommand("run") ? run_until_told(link) : enroll_host(enrolment);
}
