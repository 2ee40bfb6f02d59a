/// Which places and files this host's owner protects.
#pragma once

#include <string>

#include "agent/deeds/deed.h"
#include "agent/files/protected_places.h"

namespace riposte::agent {

files::ProtectedPlaces places_of(const DeedGround& ground);

/// A protected path may be that of one file, and the file may have another name, too. `id`: null where only
/// the path is known. Errors: denied.
Result<void> refuse_protected_file(const files::FileId* id, const std::string& path,
                                   const DeedGround& ground);

}  // namespace riposte::agent
