#include "agent/files/take_in.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "agent/files/refusal.h"
#include "engine/base/crash_point.h"

namespace riposte::files {
namespace {

Result<void> refuse_immovable(const Found& found, const Vault& vault) {
  TRY(refuse_irregular(found));
  if (std::ranges::count(found.place.ancestors, vault.id()) > 0)
    return fail(Errc::denied, shown(found.path()) + " is in the vault already");
  if (found.facts.immutable)
    return fail(Errc::denied,
                shown(found.path()) + " is immutable or append-only; chattr -i -a removes that");
  if (found.facts.mount != TRY(facts_of(found.place.directory)).mount)
    return fail(Errc::conflict, shown(found.path()) + " is a mount point; unmount it");
  return {};
}

/// The pinned file itself, whatever has its name by now.
Result<Descriptor> open_to_read(const Found& found) {
  const std::string pinned = "/proc/self/fd/" + std::to_string(found.file.number());
  Descriptor content(::open(pinned.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!content.valid()) return refusal(shown(found.path()), errno);
  return content;
}

/// A handle that is only held for its place cannot be synced.
Result<Descriptor> open_to_sync(const Place& place) {
  Descriptor directory(::openat(place.directory.number(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.valid()) return refusal(shown(place.path), errno);
  return directory;
}

/// The name that was held is the one that has gone. A file with fewer links has lost one of them; where the
/// lower layer of an overlay keeps the count, the kernel still knows that the name was removed.
Result<bool> lost_its_name(const Found& found, std::uint32_t links_before) {
  if (TRY(facts_of(found.file)).links < links_before) return true;
  constexpr const char* kRemoved = " (deleted)";
  std::error_code error;
  const std::string now =
      std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(found.file.number()), error);
  // A file may also be called so.
  const auto called_so = facts_of(found.place.directory, found.name + kRemoved);
  return now.ends_with("/" + found.name + kRemoved) && !(called_so && same_file(found.facts, *called_so));
}

Result<void> remove_name(const Found& found, const FileFacts& copied) {
  const Descriptor directory = TRY(open_to_sync(found.place));
  const auto there = facts_of(found.place.directory, found.name);
  if (!there || !untouched(copied, *there))
    return fail(Errc::conflict, shown(found.path()) + " was changed, or another file is at its place now");
  const auto links = TRY(facts_of(found.file)).links;
  crash_point("vault.before_unlink");
  if (::unlinkat(found.place.directory.number(), found.name.c_str(), 0) != 0)
    return refusal("removing " + shown(found.path()), errno);
  if (!TRY(lost_its_name(found, links)))
    return fail(Errc::conflict,
                shown(found.path()) +
                    " was swapped for another file in the moment of its removal, and still has a "
                    "name elsewhere; a copy is in the vault");
  crash_point("vault.after_unlink");
  if (::fsync(directory.number()) != 0) return refusal(shown(found.place.path), errno);
  return {};
}

/// The copy goes where the file is still at its place, and stays where it may be all that there is.
std::unexpected<Error> give_up(Error error, const Found& found, const std::string& action,
                               const Vault& vault) {
  const auto there = facts_of(found.place.directory, found.name);
  if (there && same_file(found.facts, *there)) {
    if (const auto discarded = vault.discard(action); !discarded)
      error.what += "; " + discarded.error().text();
  } else if (const auto entry = vault.find(action); entry && *entry) {
    error.what += "; a copy of it is in the vault";
  }
  return std::unexpected(std::move(error));
}

/// An entry that is whole in the vault, held by its object.
struct Begun {
  Vault::Entry entry;
  const Descriptor& object;
};

/// `there`: what is at the place of the file that was copied; null where nothing is.
Result<Taken> complete(Begun begun, const Vault& vault, const Found* there, WallTime now) {
  Sidecar& sidecar = begun.entry.sidecar;
  const bool already = begun.entry.stage == Vault::Stage::taken;
  if (already) return Taken{.already = true, .sidecar = std::move(sidecar)};
  if (there != nullptr && same_file(sidecar.facts, there->facts)) TRY(remove_name(*there, sidecar.facts));
  // It was copied by an earlier call, perhaps long ago.
  sidecar.taken_at = now;
  TRY(vault.record_copied(begun.object, sidecar));
  TRY(vault.record_taken(sidecar.action));
  return Taken{.already = false, .sidecar = std::move(sidecar)};
}

}  // namespace

Result<std::optional<Taken>> finish_taking(const std::string& action, const Vault& vault,
                                           const Descriptor& root, WallTime now) {
  if (!TRY(vault.find(action))) return std::nullopt;
  const Descriptor held = TRY(vault.hold(action));
  auto entry = TRY(vault.find(action));
  if (!entry) return std::nullopt;
  if (entry->sidecar.nameless) return Taken{.already = true, .sidecar = std::move(entry->sidecar)};
  const auto there = resolve(entry->sidecar.path, root);
  // A directory that has gone or a link in its place: the file is not there either.
  if (!there && there.error().code != Errc::not_found && there.error().code != Errc::invalid)
    return std::unexpected(there.error());
  return TRY(complete({std::move(*entry), held}, vault, there ? &*there : nullptr, now));
}

Result<Taken> take_in(const Found& found, const std::string& action, const Meant& meant, const Vault& vault,
                      WallTime now) {
  const bool begun = TRY(vault.find(action)).has_value();
  if (!begun) {
    TRY(refuse_immovable(found, vault));
    TRY(refuse_another(found.facts, found.path(), meant));
    TRY_DOING(shown(found.path()), vault.refuse_oversized(found.facts.size));
  }
  const Descriptor object = TRY(vault.hold(action));
  if (auto entry = TRY(vault.find(action))) {
    if (entry->sidecar.path != found.path() || entry->sidecar.nameless)
      return fail(Errc::conflict, "the action " + action + " took in " + shown(entry->sidecar.path) +
                                      ", not " + shown(found.path()));
    return complete({std::move(*entry), object}, vault, &found, now);
  }
  const auto content = open_to_read(found);
  if (!content) return give_up(content.error(), found, action, vault);
  auto sidecar =
      copy_into(*content, {.action = action, .path = found.path(), .taken_at = now}, meant, vault, object);
  if (!sidecar) return give_up(std::move(sidecar).error(), found, action, vault);
  if (auto removed = remove_name(found, sidecar->facts); !removed)
    return give_up(std::move(removed).error(), found, action, vault);
  TRY(vault.record_taken(action));
  crash_point("vault.after_taken");
  return Taken{.already = false, .sidecar = std::move(*sidecar)};
}

}  // namespace riposte::files
