#include "agent/files/put_back.h"

#include <cerrno>
#include <optional>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/files/refusal.h"
#include "engine/base/crash_point.h"

namespace riposte::files {
namespace {

constexpr mode_t kUnfinished = 0600;

timespec time_of(const Stamp& stamp) { return {.tv_sec = stamp.seconds, .tv_nsec = stamp.nanoseconds}; }

/// A file without a name, which is gone if this process is.
Result<Descriptor> open_nameless(const Place& place) {
  Descriptor file(::openat(place.directory.number(), ".", O_TMPFILE | O_RDWR | O_CLOEXEC, kUnfinished));
  if (file.valid()) return file;
  if (errno == EOPNOTSUPP || errno == EISDIR)
    return fail(Errc::unavailable, shown(place.path) +
                                       " is on a file system without nameless files (O_TMPFILE); "
                                       "nothing can be put back there in one step");
  return refusal(shown(place.path), errno);
}

Result<void> fill(const Descriptor& file, const Descriptor& object, const Sidecar& sidecar) {
  if (::ftruncate(file.number(), static_cast<off_t>(sidecar.content.size)) != 0)
    return refusal("its size", errno);
  return decode(object, sidecar.content, sidecar.key,
                [&](std::span<const unsigned char> bytes, std::uint64_t offset) {
                  return write_at(file, bytes, offset);
                });
}

/// The order counts: a change of the owner clears set-id bits and capabilities, an access list changes the
/// mode.
Result<void> furnish(const Descriptor& file, const Sidecar& sidecar) {
  const FileFacts& facts = sidecar.facts;
  if (::fchown(file.number(), facts.uid, facts.gid) != 0) return refusal("its owner", errno);
  if (::fchmod(file.number(), facts.mode) != 0) return refusal("its mode", errno);
  TRY(write_attributes(file, sidecar.attributes));
  const timespec times[2]{time_of(facts.accessed), time_of(facts.modified)};
  if (::futimens(file.number(), times) != 0) return refusal("its times", errno);
  if (::fsync(file.number()) != 0) return refusal("syncing it", errno);
  return {};
}

Result<void> give_name(const Descriptor& file, const Place& place, const std::string& name) {
  const Descriptor directory(::openat(place.directory.number(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.valid()) return refusal(shown(place.path), errno);
  const std::string nameless = "/proc/self/fd/" + std::to_string(file.number());
  crash_point("restore.before_name");
  if (::linkat(AT_FDCWD, nameless.c_str(), place.directory.number(), name.c_str(), AT_SYMLINK_FOLLOW) != 0) {
    if (errno == EEXIST) return fail(Errc::conflict, "something has its name by now");
    return refusal("its name", errno);
  }
  crash_point("restore.after_name");
  if (::fsync(directory.number()) != 0) return refusal(shown(place.path), errno);
  return {};
}

/// Empty: nothing has the name. Otherwise what tells it from the file that is to be put back.
Result<std::optional<std::string>> in_the_way(const Place& place, const std::string& name,
                                              const Sidecar& sidecar) {
  const auto there = facts_of(place.directory, name);
  if (!there && there.error().code == Errc::not_found) return std::nullopt;
  if (!there) return std::unexpected(there.error());
  if (there->type != S_IFREG) return "it is no regular file";
  const Descriptor file(
      ::openat(place.directory.number(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file.valid()) return refusal(shown(place.path_of(name)), errno);
  return TRY(difference(file, sidecar));
}

}  // namespace

Result<std::string> difference(const Descriptor& file, const Sidecar& sidecar) {
  const FileFacts now = TRY(facts_of(file));
  const FileFacts& then = sidecar.facts;
  if (now.size != sidecar.content.size) return "its size is another";
  if (now.uid != then.uid || now.gid != then.gid) return "its owner is another";
  if (now.mode != then.mode) return "its mode is another";
  if (now.modified != then.modified) return "it was changed at another time";
  if (TRY(read_attributes(file)) != sidecar.attributes) return "its attributes are others";
  if (TRY(sha256_of(file, now.size)) != sidecar.content.sha256) return "its content is another";
  return "";
}

Result<PutBack> put_back(const std::string& action, const Vault& vault, const Place& place) {
  const auto entry = TRY(vault.find(action));
  if (!entry)
    return fail(Errc::not_found, "the vault has nothing that the action " + shown(action) + " took in");
  const Sidecar& sidecar = entry->sidecar;
  if (sidecar.nameless)
    return fail(Errc::invalid,
                shown(sidecar.path) + " never was a file's name; there is none to put it back under");
  const std::string name = file_name_of(sidecar.path);
  const std::string path = place.path_of(name);
  if (const auto differs = TRY(in_the_way(place, name, sidecar))) {
    if (differs->empty()) return PutBack{.already = true};
    return fail(Errc::conflict, shown(path) + " is there, and not the file that was taken in: " + *differs +
                                    "; it is not overwritten");
  }
  const Descriptor object = TRY(vault.object(action));
  const Descriptor file = TRY(open_nameless(place));
  TRY_DOING("putting back " + shown(path), fill(file, object, sidecar));
  TRY_DOING("putting back " + shown(path), furnish(file, sidecar));
  TRY_DOING("putting back " + shown(path), give_name(file, place, name));
  return PutBack{};
}

}  // namespace riposte::files
