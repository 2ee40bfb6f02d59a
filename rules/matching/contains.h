/// Searching one text in another.
#pragma once

#include <cstddef>
#include <string_view>

namespace riposte {

/// The first place from `at` on; npos when there is none. Linear in the text, whatever either of them is.
std::size_t find_text(std::string_view text, std::string_view wanted, std::size_t at);

inline bool contains(std::string_view text, std::string_view wanted) {
  return find_text(text, wanted, 0) != std::string_view::npos;
}

}  // namespace riposte
