#include "agent/files/protected_places.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

#include <fcntl.h>

#include "agent/files/mounts.h"
#include "agent/files/refusal.h"

namespace riposte::files {
namespace {

bool lists(const std::filesystem::path& file, std::string_view path) {
  std::ifstream list(file);
  for (std::string line; std::getline(list, line);)
    if (line == path) return true;
  return false;
}

/// Under another name: a protected directory, or a part of one, that is bound there too.
Result<bool> is_inside(const Place& place, const std::optional<Position>& position,
                       const std::string& directory, const std::vector<Mount>& mounts) {
  const Descriptor handle(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!handle.valid()) return false;
  if (std::ranges::count(place.ancestors, TRY(facts_of(handle)).id) > 0) return true;
  const auto guarded = TRY(position_of(handle, mounts));
  return position && guarded && position->device == guarded->device && lies_in(position->path, guarded->path);
}

}  // namespace

Result<void> refuse_protected(const Place& place, const ProtectedPlaces& places) {
  const auto mounts = TRY(read_mounts());
  const auto position = TRY(position_of(place.directory, mounts));
  for (const std::string& directory : places.directories)
    if (lies_in(place.path, directory) || TRY(is_inside(place, position, directory, mounts)))
      return fail(Errc::denied, shown(place.path) + " lies in " + directory + ", which is protected");
  return {};
}

std::optional<std::string> owning_package(const std::string& path, const ProtectedPlaces& places) {
  std::error_code error;
  for (std::filesystem::directory_iterator entry(places.package_lists, error), end; !error && entry != end;
       entry.increment(error))
    if (entry->path().extension() == ".list" && lists(entry->path(), path))
      return entry->path().stem().string();
  return std::nullopt;
}

Result<void> refuse_protected(const Found& found, const ProtectedPlaces& places) {
  TRY(refuse_protected(found.place, places));
  if (const auto package = owning_package(found.path(), places))
    return fail(Errc::denied, shown(found.path()) + " belongs to the package " + *package + "; remove that");
  return {};
}

}  // namespace riposte::files
