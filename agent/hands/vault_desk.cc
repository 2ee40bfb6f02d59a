#include "agent/hands/vault_desk.h"

#include <system_error>

#include <unistd.h>

#include "agent/files/discarding.h"
#include "agent/files/listing.h"
#include "agent/files/refusal.h"

namespace riposte::agent {
namespace {

/// The vault is not made by looking at it.
Result<files::Vault> open_vault(const Setup& setup) {
  std::error_code error;
  const std::string directory = setup.vault().string();
  if (!std::filesystem::exists(directory, error) && !error)
    return fail(Errc::not_found,
                "there is no vault " + directory + "; name the state directory with --state");
  auto vault = files::Vault::open(directory);
  if (!vault && vault.error().code == Errc::denied && ::geteuid() != 0)
    vault.error().what += "; run this as root";
  return vault;
}

}  // namespace

Result<std::string> vault_listing(const Setup& setup, bool json) {
  const files::Vault vault = TRY(open_vault(setup));
  return json ? files::listing_json(vault) : files::listing_text(vault);
}

Result<std::string> discard_from_vault(const Setup& setup, const std::string& action) {
  const files::Vault vault = TRY(open_vault(setup));
  auto gone = files::discard_entry(action, vault);
  if (gone)
    return "discarded " + action + ": " + files::shown(gone->path) + ", SHA-256 " + gone->content.sha256;
  Error& error = gone.error();
  if (error.code == Errc::not_found) error.what += "; 'vault list' says what it has";
  if (error.code == Errc::conflict) error.what += ", who takes it in just now; try again when that has ended";
  if (error.code == Errc::corrupt)
    error.what += "; if nobody can use it, remove the files " + action + ".* from " + setup.vault().string();
  return std::unexpected(std::move(error));
}

}  // namespace riposte::agent
