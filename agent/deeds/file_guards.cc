#include "agent/deeds/file_guards.h"

#include <fcntl.h>

#include "agent/files/mounts.h"
#include "agent/files/refusal.h"

namespace riposte::agent {

files::ProtectedPlaces places_of(const DeedGround& ground) {
  files::ProtectedPlaces places;
  places.directories.push_back(files::directory_of(ground.vault_directory));
  const auto& more = ground.policy.protected_paths;
  places.directories.insert(places.directories.end(), more.begin(), more.end());
  return places;
}

Result<void> refuse_protected_file(const files::FileId* id, const std::string& path,
                                   const DeedGround& ground) {
  for (const std::string& guarded : ground.policy.protected_paths) {
    bool same = files::lies_in(path, guarded);
    const Descriptor there(::open(guarded.c_str(), O_PATH | O_CLOEXEC));
    if (id != nullptr && there.valid()) same = same || TRY(files::facts_of(there)).id == *id;
    if (same) return fail(Errc::denied, files::shown(path) + " is protected by protected_paths: " + guarded);
  }
  return {};
}

}  // namespace riposte::agent
