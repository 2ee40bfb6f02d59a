/// Letters of ASCII in lower case; other bytes stay as they are.
#pragma once

#include <string>
#include <string_view>

namespace riposte {

inline std::string lower_ascii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

}  // namespace riposte
