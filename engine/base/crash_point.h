/// Named points at which a crash test may kill the process; compiled to nothing outside test builds.
///
/// RIPOSTE_CRASH_AT="name" or "name:n" kills the process with SIGKILL when the point is reached (the n-th
/// time); with "name:n:ms" the thread that reached it stands still for so many milliseconds first while the
/// others go on, as on a machine whose disk hangs before it dies.
#pragma once

#include <string_view>

namespace riposte {

#ifdef RIPOSTE_CRASH_POINTS
void crash_point(std::string_view name);
#else
inline void crash_point(std::string_view) {}
#endif

}  // namespace riposte
