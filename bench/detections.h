/// Detections in the shape of Elastic Security alerts: the same for the same number, on every machine.
///
/// Limits:  1.2 to 2.4 KB each.
#pragma once

#include <cstdint>
#include <string>

namespace riposte::bench {

/// Matches none of the example rules.
std::string quiet_detection(std::uint64_t number);
/// Matches one of them, and asks to kill a process that no other number names.
std::string cryptominer_detection(std::uint64_t number);

}  // namespace riposte::bench
