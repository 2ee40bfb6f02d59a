#include "agent/files/resolve.h"

#include <cerrno>
#include <cstdint>
#include <utility>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "agent/files/refusal.h"

namespace riposte::files {
namespace {

Descriptor open_beneath(const Descriptor& directory, const std::string& name, int flags) {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags | O_PATH | O_NOFOLLOW | O_CLOEXEC);
  how.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_BENEATH;
  return Descriptor(
      static_cast<int>(::syscall(SYS_openat2, directory.number(), name.c_str(), &how, sizeof how)));
}

Result<std::vector<std::string>> components_of(std::string_view path) {
  if (path.size() > kPathBytesMax)
    return fail(Errc::invalid, "a path of " + std::to_string(path.size()) + " bytes; at most " +
                                   std::to_string(kPathBytesMax) + " are allowed");
  if (!path.starts_with('/') || path.find('\0') != std::string_view::npos)
    return fail(Errc::invalid, shown(path) + " is no absolute path");
  std::vector<std::string> components;
  if (path.size() == 1) return components;
  for (std::string_view rest = path.substr(1);;) {
    const auto end = rest.find('/');
    components.emplace_back(rest.substr(0, end));
    if (components.back().empty() || components.back() == "." || components.back() == "..")
      return fail(Errc::invalid, shown(path) + " has '" + components.back() +
                                     "' on its way; give the path without '.', '..' and '//'");
    if (end == std::string_view::npos) return components;
    rest.remove_prefix(end + 1);
  }
}

std::unexpected<Error> lost(const std::string& path, int error) {
  if (error == ENOSYS || error == E2BIG)
    return fail(Errc::unavailable, "the kernel has no openat2 (Linux 5.6); no path can be followed safely");
  if (error == ELOOP)
    return fail(Errc::invalid, shown(path) + " is a symbolic link; name the file by its own path");
  return refusal(shown(path), error);
}

Result<void> step_into(Place& place, const std::string& name) {
  const std::string path = place.path_of(name);
  Descriptor next = open_beneath(place.directory, name, O_DIRECTORY);
  if (!next.valid()) {
    const int error = errno;
    // With O_DIRECTORY a link is told as "not a directory"; whoever reads that has to know which.
    const auto there = facts_of(place.directory, name);
    return lost(path, there && there->type == S_IFLNK ? ELOOP : error);
  }
  place.ancestors.push_back(TRY(facts_of(next)).id);
  place.path = path;
  place.directory = std::move(next);
  return {};
}

Result<Place> walk(const std::vector<std::string>& components, std::size_t count, const Descriptor& root) {
  Place place{.path = "/", .directory = Descriptor(::fcntl(root.number(), F_DUPFD_CLOEXEC, 0))};
  if (!place.directory.valid()) return refusal("the root directory", errno);
  place.ancestors.push_back(TRY(facts_of(place.directory)).id);
  for (std::size_t i = 0; i < count; ++i) TRY(step_into(place, components[i]));
  return place;
}

}  // namespace

Result<Descriptor> open_root() {
  Descriptor root(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root.valid()) return refusal("the root directory", errno);
  return root;
}

Result<Place> resolve_directory(std::string_view path, const Descriptor& root) {
  const auto components = TRY(components_of(path));
  return walk(components, components.size(), root);
}

Result<Found> resolve(std::string_view path, const Descriptor& root) {
  const auto components = TRY(components_of(path));
  if (components.empty()) return fail(Errc::invalid, "'/' is a directory");
  Place place = TRY(walk(components, components.size() - 1, root));
  Descriptor file = open_beneath(place.directory, components.back(), 0);
  if (!file.valid()) return lost(std::string(path), errno);
  const FileFacts facts = TRY(facts_of(file));
  if (facts.type == S_IFLNK) return lost(std::string(path), ELOOP);
  return Found{.place = std::move(place), .name = components.back(), .file = std::move(file), .facts = facts};
}

Result<void> refuse_irregular(const Found& found) {
  if (found.facts.type == S_IFREG) return {};
  const char* kind = found.facts.type == S_IFDIR    ? "a directory"
                     : found.facts.type == S_IFIFO  ? "a pipe"
                     : found.facts.type == S_IFSOCK ? "a socket"
                                                    : "a device";
  return fail(Errc::invalid, shown(found.path()) + " is " + kind + "; only regular files are taken in");
}

bool names_nothing(std::string_view path) {
  return path.starts_with("/memfd:") || path.ends_with(kRemovedMark);
}

std::string directory_of(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == 0 ? "/" : std::string(path.substr(0, slash));
}

std::string file_name_of(std::string_view path) { return std::string(path.substr(path.rfind('/') + 1)); }

}  // namespace riposte::files
