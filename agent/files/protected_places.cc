#include "agent/files/protected_places.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

#include <fcntl.h>

#include "agent/files/refusal.h"

namespace riposte::files {
namespace {

bool lies_in(std::string_view path, std::string_view directory) {
  return path == directory || (path.starts_with(directory) && path.substr(directory.size()).starts_with('/'));
}

bool lists(const std::filesystem::path& file, std::string_view path) {
  std::ifstream list(file);
  for (std::string line; std::getline(list, line);)
    if (line == path) return true;
  return false;
}

}  // namespace

Result<void> refuse_protected(const Place& place, const ProtectedPlaces& places) {
  for (const std::string& directory : places.directories) {
    bool inside = lies_in(place.path, directory);
    if (const Descriptor handle(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
        !inside && handle.valid())
      inside = std::ranges::count(place.ancestors, TRY(facts_of(handle)).id) > 0;
    if (inside)
      return fail(Errc::denied, shown(place.path) + " lies in " + directory + ", which is protected");
  }
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
