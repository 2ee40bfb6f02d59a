/// Whether one text stands inside another.
#pragma once

#include <string_view>

namespace riposte {

/// Linear in the text, whatever either of them is.
bool contains(std::string_view text, std::string_view wanted);

}  // namespace riposte
