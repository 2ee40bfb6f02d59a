// riposte-agent-hands: the privileged program of a host. Composition root and command line.

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "agent/hands/carried_order.h"
#include "agent/hands/craft_of_deeds.h"
#include "agent/hands/loop.h"
#include "agent/hands/privileges.h"
#include "agent/hands/setup.h"
#include "agent/hands/vault_desk.h"
#include "agent/process/process_identity.h"
#include "agent/process/process_tree.h"
#include "engine/base/log.h"

namespace riposte::agent {
namespace {

constexpr int kDone = 0;
/// `check`: something is wrong; `apply`: the host did not do it; `vault discard`: there is no such entry
constexpr int kRefused = 1;
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
  riposte-agent-hands vault list                             what was taken out of use here
  riposte-agent-hands vault discard 4f1d…                    remove it from the vault for good
  systemctl reload riposte-agent-hands                       the service reads its policy anew

At SIGHUP the policy is read anew, as a whole: one with a mistake leaves the one before in force. Identity, keys
and all options are read at the start only.)";

constexpr const char* kVaultExamples = R"(Examples:
  riposte-agent-hands vault list                  a line for each entry
  riposte-agent-hands vault list --json | jq -r '.[] | select(.sha256 | startswith("9f86")) | .action'
  riposte-agent-hands vault discard 4f1d2c… 88ab01…

STATE: taken (the file has left its place), copied (it was copied and may still be there: something came between),
nameless (it was a program without a file, and cannot be put back). Entries go by themselves after 'vault.keep' of
the policy. What is discarded cannot be restored.)";

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

int run_vault_list(const Setup& setup, bool json) {
  const auto listing = vault_listing(setup, json);
  if (listing) {
    std::cout << *listing;
    return kDone;
  }
  std::cerr << listing.error().text() << "\n";
  return code_of(listing.error());
}

/// One that cannot be discarded keeps none of the others.
int run_vault_discard(const Setup& setup, const std::vector<std::string>& actions) {
  int code = kDone;
  for (const std::string& action : actions) {
    const auto gone = discard_from_vault(setup, action);
    (gone ? std::cout : std::cerr) << (gone ? *gone : gone.error().text()) << "\n";
    if (gone) continue;
    const Errc why = gone.error().code;
    const bool no_such = why == Errc::not_found || why == Errc::invalid;
    code = std::max(code, no_such ? kRefused : code_of(gone.error()));
  }
  return code;
}

/// The words that are about the vault, and what is said with them.
struct VaultWords {
  explicit VaultWords(CLI::App& app)
      : vault(app.add_subcommand("vault", "Look at what was taken out of use here, or remove it for good")),
        list(vault->add_subcommand("list", "Say what lies in the vault")),
        discard(vault->add_subcommand("discard", "Remove entries for good; they cannot be restored then")) {
    for (CLI::App* word : {vault, list, discard}) word->footer(kVaultExamples);
    vault->require_subcommand(1);
    list->add_flag("--json", json, "For programs");
    discard->add_option("action", actions, "Ids of the actions that took the files in")->required();
  }
  int run(const Setup& setup) const {
    return *list ? run_vault_list(setup, json) : run_vault_discard(setup, actions);
  }

  CLI::App* vault;
  CLI::App* list;
  CLI::App* discard;
  bool json = false;
  std::vector<std::string> actions;
};

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
  VaultWords vault(app);
  apply->add_option("file", file, "Hexadecimal digits of the signed order")->required();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kUsage;
  }
  if (*check) return run_check(setup);
  if (*vault.vault) return vault.run(setup);
  return *apply ? run_apply(setup, file) : run_service(setup);
}

}  // namespace
}  // namespace riposte::agent

int main(int argc, char** argv) { return riposte::agent::main_of(argc, argv); }
