#include "agent/files/proof.h"

#include <algorithm>

#include "agent/files/refusal.h"

namespace riposte::files {
namespace {

constexpr std::uint32_t kProgramBits = 0111;
/// So many processes are named in a sentence.
constexpr std::size_t kNamedMax = 16;

Result<void> judge_place(const Sidecar& sidecar, const Descriptor& root, Proof& proof) {
  const auto there = resolve(sidecar.path, root);
  if (there && same_file(sidecar.facts, there->facts))
    proof.against.push_back(shown(sidecar.path) + " is still there");
  const bool gone = there || there.error().code == Errc::not_found || there.error().code == Errc::invalid;
  if (!gone) return std::unexpected(there.error());
  return {};
}

Result<void> judge_copy(const Vault::Entry& entry, const Vault& vault, Proof& proof) {
  if (entry.stage != Vault::Stage::taken) proof.against.emplace_back("it was copied and not yet removed");
  const auto object = vault.object(entry.sidecar.action);
  if (!object && object.error().code == Errc::not_found) {
    proof.against.emplace_back("its object is missing from the vault");
    return {};
  }
  if (!object) return std::unexpected(object.error());
  if ((TRY(facts_of(*object)).mode & kProgramBits) != 0)
    proof.against.emplace_back("its object in the vault is executable");
  const auto whole = decode(*object, entry.sidecar.content, entry.sidecar.key,
                            [](std::span<const unsigned char>, std::uint64_t) { return Result<void>(); });
  if (!whole && whole.error().code != Errc::corrupt) return std::unexpected(whole.error());
  if (!whole) proof.against.push_back("its object in the vault is damaged: " + whole.error().text());
  return {};
}

Result<void> judge_users(const Sidecar& sidecar, Proof& proof) {
  const bool nameless = sidecar.facts.links == 1;
  proof.users = TRY(users_of(sidecar.facts.id, nameless));
  std::string running;
  std::size_t count = 0;
  for (const FileUser& user : proof.users.found)
    if (user.use == Use::runs && ++count <= kNamedMax) running += " " + std::to_string(user.pid);
  if (count > kNamedMax) running += " and " + std::to_string(count - kNamedMax) + " more";
  if (count > 0) proof.against.push_back("processes still run it:" + running);
  if (proof.users.unseen > 0)
    proof.against.push_back(std::to_string(proof.users.unseen) + " processes could not be looked at");
  return {};
}

}  // namespace

Result<Proof> prove_taken(const std::string& action, const Vault& vault, const Descriptor& root) {
  const auto entry = TRY(vault.find(action));
  if (!entry)
    return fail(Errc::not_found, "the vault has nothing that the action " + shown(action) + " took in");
  Proof proof;
  TRY(judge_copy(*entry, vault, proof));
  if (entry->sidecar.nameless) {
    proof.nameless = true;
    proof.users = TRY(users_of(entry->sidecar.facts.id, entry->sidecar.facts.links == 0));
    return proof;
  }
  TRY(judge_place(entry->sidecar, root, proof));
  TRY(judge_users(entry->sidecar, proof));
  return proof;
}

}  // namespace riposte::files
