#include "agent/files/discarding.h"

#include <optional>
#include <utility>

#include "agent/files/refusal.h"

namespace riposte::files {
namespace {

bool is_over(const Result<std::optional<Vault::Entry>>& entry, const Retention& retention) {
  return entry && *entry && (*entry)->stage == Vault::Stage::taken && (*entry)->sidecar.taken_at &&
         *(*entry)->sidecar.taken_at < retention.taken_before &&
         !retention.is_needed((*entry)->sidecar.action);
}

}  // namespace

Result<Sidecar> discard_entry(const std::string& action, const Vault& vault) {
  const auto nothing = [&] { return fail(Errc::not_found, "the vault has no entry " + shown(action)); };
  if (!TRY(vault.find(action))) return nothing();
  const Descriptor held = TRY(vault.hold(action));
  auto entry = TRY(vault.find(action));
  // Without an entry the object that is held was made by holding it.
  TRY(vault.discard(action));
  if (!entry) return nothing();
  return std::move(entry->sidecar);
}

Result<Discarded> discard_old(const Vault& vault, const Retention& retention) {
  Discarded discarded;
  for (const std::string& action : TRY(vault.actions())) {
    if (!is_over(vault.find(action), retention)) continue;
    if (discarded.count == kDiscardedPerPass) {
      discarded.more = true;
      break;
    }
    const auto held = vault.hold(action);
    if (!held && held.error().code == Errc::conflict) continue;
    if (!held) return std::unexpected(held.error());
    const auto entry = vault.find(action);
    if (!is_over(entry, retention)) continue;
    retention.goes((*entry)->sidecar);
    TRY(vault.discard(action));
    ++discarded.count;
  }
  return discarded;
}

}  // namespace riposte::files
