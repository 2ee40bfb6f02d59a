/// Text that others chose (file names, command lines, output), made harmless to show and valid to store.
#pragma once

#include <string>
#include <string_view>

namespace riposte {

/// Valid UTF-8 without control characters: everything else becomes "\xNN", a line break "\n". Never longer
/// than four times the input.
std::string printable(std::string_view bytes);

}  // namespace riposte
