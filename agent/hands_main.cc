// riposte-agent-hands: the privileged program of a host. Composition root and command line.

#include <cstdio>
#include <fstream>
#include <iostream>
#include <sstream>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "agent/hands/carried_order.h"
#include "agent/hands/craft_of_deeds.h"
#include "agent/hands/loop.h"
#include "agent/hands/privileges.h"
#include "agent/hands/setup.h"
#include "agent/process/process_identity.h"
#include "agent/process/process_tree.h"
#include "engine/base/log.h"

namespace riposte::agent {
namespace {

constexpr int kDone = 0;
constexpr int kRefused = 1;    ///< `check`: something is wrong; `apply`: the host did not do it
constexpr int kUsage = 64;     ///< what is asked for on the command line makes no sense
constexpr int kDamaged = 70;   ///< nobody knows what is on disk: start anew and read it
constexpr int kTryAgain = 75;  ///< another one runs, or the machine is short of something
constexpr int kSetup = 78;     ///< identity, policy or state have to be mended

/// Handles of a process tree, and everything else.
constexpr std::size_t kOpenFiles = kTreeMax + 256;

constexpr const char* kExamples = R"(Examples:
  riposte-agent-hands                                        serve, as the service does
  riposte-agent-hands check                                  what is wrong with policy and identity
  riposte-agent-hands apply release.order                    carry out an order that was carried here by hand
  riposte-agent-hands --policy ./policy.yaml check
  systemctl reload riposte-agent-hands                       the service reads its policy anew

At SIGHUP the policy is read anew, as a whole: one with a mistake leaves the one before in force. Identity, keys
and all options are read at the start only.)";

int code_of(const Error& error) {
  switch (error.code) {
    case Errc::corrupt:
      return kDamaged;
    case Errc::unavailable:
    case Errc::fenced:
    case Errc::conflict:
      return kTryAgain;
    default:
      return kSetup;
  }
}

Result<void> serve(const Setup& setup) {
  Signals signals;
  TRY(check_state_directory(setup.state));
  const Descriptor lock = TRY(lock_state(setup.state));
  const User user = TRY(find_user(setup.user));
  Authority authority = TRY(read_authority(setup));
  if (const auto raised = raise_open_files(kOpenFiles); !raised)
    log::warning("large process trees cannot be ended whole", {{"why", raised.error().text()}});
  SystemClock clock;
  Loop loop({.keeper = TRY(Keeper::open(setup.journal(), std::move(authority))),
             .craft = craft_of_deeds(setup.vault().string()),
             .door = TRY(Door::open(setup.socket, user.user, user.group)),
             .boot_id = TRY(read_boot_id()),
             .read_policy = [&setup] { return read_local_policy(setup); },
             .lock = lock.number()},
            clock);
  log::info("riposte-agent-hands serves", {{"state", setup.state.string()},
                                           {"socket", setup.socket.string()},
                                           {"version", std::string(RIPOSTE_VERSION)}});
  return loop.run(signals);
}

int run_service(const Setup& setup) {
  const auto served = serve(setup);
  if (served) return kDone;
  log::error("riposte-agent-hands ends", {{"why", served.error().text()}});
  return code_of(served.error());
}

int run_check(const Setup& setup) {
  const Complaints complaints = check(setup);
  std::cerr << complaints.errors << complaints.warnings;
  if (complaints.errors.empty()) std::cout << "identity and policy can be used\n";
  return complaints.errors.empty() ? kDone : kRefused;
}

Result<order::Report> apply(const Setup& setup, const std::string& file) {
  std::ifstream in(file);
  std::string text(kCarriedBytesMax, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!in.eof()) return fail(Errc::invalid, file + ": cannot be read, or is too long for an order");
  text.resize(static_cast<std::size_t>(in.gcount()));
  return hand_over(TRY_DOING(file, read_carried(text)), setup.socket);
}

int run_apply(const Setup& setup, const std::string& file) {
  const auto report = apply(setup, file);
  if (!report) {
    std::cerr << report.error().text() << "\n";
    return code_of(report.error());
  }
  std::cout << name_of(report->result.word) << ": " << report->result.detail << "\n";
  const ResultWord word = report->result.word;
  return word == ResultWord::ok || word == ResultWord::already_done ? kDone : kRefused;
}

int main_of(int argc, char** argv) {
  CLI::App app("Carries out what the engine orders on this host, and nothing else.", "riposte-agent-hands");
  app.footer(kExamples);
  app.set_version_flag("--version", std::string(RIPOSTE_VERSION));
  Setup setup;
  std::string file;
  app.add_option("--state", setup.state, "Directory of identity, journal and vault")->capture_default_str();
  app.add_option("--policy", setup.policy, "What engines may do here")->capture_default_str();
  app.add_option("--socket", setup.socket, "Where the network program connects")->capture_default_str();
  app.add_option("--user", setup.user, "The user of the network program")->capture_default_str();
  app.require_subcommand(0, 1);
  const CLI::App* check = app.add_subcommand("check", "Say what is wrong with policy and identity");
  CLI::App* apply = app.add_subcommand("apply", "Hand a signed order from a file to the running service");
  apply->add_option("file", file, "Hexadecimal digits of the signed order")->required();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kUsage;
  }
  if (*check) return run_check(setup);
  return *apply ? run_apply(setup, file) : run_service(setup);
}

}  // namespace
}  // namespace riposte::agent

int main(int argc, char** argv) { return riposte::agent::main_of(argc, argv); }
