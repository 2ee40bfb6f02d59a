/// The key with which this host signs what it reports: made here, never leaves the host.
#pragma once

#include <filesystem>

#include "engine/order/keys.h"

namespace riposte::agent {

/// The seed as hexadecimal digits, for the owner alone. Made where it is missing; of two processes that make
/// it at once, both get the same. Errors: denied, invalid, unavailable.
Result<order::SigningKey> open_report_key(const std::filesystem::path& path);

}  // namespace riposte::agent
