/// How often this program has asked for memory by operator new, which is replaced for that.
#pragma once

#include <cstddef>

namespace riposte {

std::size_t allocations();

}  // namespace riposte
