#include "agent/files/recover.h"

#include <utility>

#include <sys/stat.h>

#include "agent/files/refusal.h"

namespace riposte::files {

Result<Taken> recover(const Nameless& program, const std::string& action, const Meant& meant,
                      const Vault& vault, WallTime now) {
  if (program.facts.type != S_IFREG)
    return fail(Errc::invalid, shown(program.path) + " is no regular file; only those are taken in");
  if (!TRY(vault.find(action))) {
    TRY(refuse_another(program.facts, program.path, meant));
    TRY_DOING(shown(program.path), vault.refuse_oversized(program.facts.size));
  }
  const Descriptor object = TRY(vault.hold(action));
  if (auto entry = TRY(vault.find(action))) {
    if (entry->sidecar.path == program.path && entry->sidecar.nameless)
      return Taken{.already = true, .sidecar = std::move(entry->sidecar)};
    return fail(Errc::conflict, "the action " + action + " took in " + shown(entry->sidecar.path) + ", not " +
                                    shown(program.path));
  }
  Sidecar begun{.action = action, .path = program.path, .nameless = true, .taken_at = now};
  auto sidecar = copy_into(program.content, std::move(begun), meant, vault, object);
  if (sidecar) return Taken{.already = false, .sidecar = std::move(*sidecar)};
  if (const auto discarded = vault.discard(action); !discarded)
    sidecar.error().what += "; " + discarded.error().text();
  return std::unexpected(std::move(sidecar).error());
}

}  // namespace riposte::files
