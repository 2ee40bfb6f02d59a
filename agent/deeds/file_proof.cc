#include <utility>

#include <fcntl.h>
#include <fmt/format.h>

#include "agent/deeds/file_deeds.h"
#include "agent/deeds/file_facts.h"
#include "agent/files/proof.h"
#include "agent/files/put_back.h"
#include "agent/files/refusal.h"

namespace riposte::agent {
namespace {

using order::DeedResult;
using order::Finding;

/// What tells the file at its place from the one that was taken in; empty: nothing. Errors: not_found.
Result<std::string> difference_at(const std::string& vault_id, const DeedGround& ground) {
  const files::Vault vault = TRY(files::Vault::open(ground.vault_directory));
  const files::Sidecar sidecar = TRY(sidecar_of(vault_id, vault));
  if (sidecar.nameless) return fail(Errc::not_found, files::shown(sidecar.path) + " never was at any place");
  const files::Found found = TRY(files::resolve(sidecar.path, TRY(files::open_root())));
  TRY(files::refuse_irregular(found));
  const std::string pinned = "/proc/self/fd/" + std::to_string(found.file.number());
  const Descriptor file(::open(pinned.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!file.valid()) return files::refusal(files::shown(sidecar.path), errno);
  return files::difference(file, sidecar);
}

DeedResult probe_restoration(const std::string& vault_id, const DeedGround& ground) {
  const auto difference = difference_at(vault_id, ground);
  if (difference && difference->empty()) return {ResultWord::ok, "the file is back", {}};
  if (difference) return {ResultWord::error, "it was begun and has had no effect: " + *difference, {}};
  if (difference.error().code == Errc::not_found)
    return {ResultWord::error, "it was begun and has had no effect: " + difference.error().text(), {}};
  return {ResultWord::unknown, difference.error().text(), {}};
}

Result<bool> is_at_its_place(const files::Sidecar& sidecar) {
  if (sidecar.nameless) return false;
  const auto there = files::resolve(sidecar.path, TRY(files::open_root()));
  return there && files::same_file(sidecar.facts, there->facts);
}

/// In the vault and no longer at its place, whatever stage the vault has on record.
Result<DeedResult> taking_became(const order::Order& order, const DeedGround& ground) {
  const files::Vault vault = TRY(files::Vault::open(ground.vault_directory));
  const auto entry = TRY(vault.find(order.action.value()));
  if (!entry)
    return DeedResult{
        ResultWord::error, "it was begun and has had no effect: the vault does not have it", {}};
  const std::string path = files::shown(entry->sidecar.path);
  if (TRY(is_at_its_place(entry->sidecar)))
    return DeedResult{
        ResultWord::error, "it was begun and has had no effect: " + path + " is at its place", {}};
  return DeedResult{ResultWord::ok,
                    path + " is in the vault",
                    {{"vault_id", order.action.value()}, {"sha256", entry->sidecar.content.sha256}}};
}

Result<files::Proof> proof_of(const order::Order& order, const DeedGround& ground) {
  const files::Vault vault = TRY(files::Vault::open(ground.vault_directory));
  return files::prove_taken(order.action.value(), vault, TRY(files::open_root()));
}

Verified verify_quarantine(const order::Order& order, const DeedGround& ground) {
  const auto proof = proof_of(order, ground);
  if (!proof && proof.error().code == Errc::not_found)
    return {Finding::disproven, {ResultWord::error, proof.error().text(), {}}};
  if (!proof) return {Finding::unknown, {ResultWord::unknown, proof.error().text(), {}}};
  Facts evidence;
  if (!proof->users.found.empty()) evidence["users"] = users_text(proof->users);
  if (proof->holds())
    return {Finding::proven,
            {ResultWord::ok, proof->nameless ? "its bytes are in the vault" : "the file is out of use",
             std::move(evidence)}};
  return {Finding::disproven,
          {ResultWord::error, fmt::format("{}", fmt::join(proof->against, "; ")), std::move(evidence)}};
}

Verified verify_restoration(const std::string& vault_id, const DeedGround& ground) {
  DeedResult result = probe_restoration(vault_id, ground);
  if (result.word == ResultWord::ok) return {Finding::proven, std::move(result)};
  const bool unknown = result.word == ResultWord::unknown;
  return {unknown ? Finding::unknown : Finding::disproven, std::move(result)};
}

}  // namespace

DeedResult probe_file(const Started& started, const DeedGround& ground) {
  if (const auto* restore = std::get_if<order::RestoreFile>(&started.order.command))
    return probe_restoration(restore->vault_id, ground);
  auto became = taking_became(started.order, ground);
  if (!became) return {ResultWord::unknown, became.error().text(), {}};
  return *std::move(became);
}

Verified verify_file(const order::Order& order, const DeedGround& ground) {
  if (const auto* restore = std::get_if<order::RestoreFile>(&order.command))
    return verify_restoration(restore->vault_id, ground);
  return verify_quarantine(order, ground);
}

}  // namespace riposte::agent
