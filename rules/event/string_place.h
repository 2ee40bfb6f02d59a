/// Where the bytes of a string are in a record, those between its quotes, and what stands for what in them.
#pragma once

#include <array>
#include <cstdint>

namespace riposte {

struct StringPlace {
  std::uint32_t begin;
  std::uint32_t end;
};

/// What a letter behind a backslash stands for, by its ASCII code; 0: nothing, or more than one letter.
inline constexpr std::array<char, 128> kEscapeMeaning = [] {
  std::array<char, 128> meaning{};
  meaning['"'] = '"';
  meaning['\\'] = '\\';
  meaning['/'] = '/';
  meaning['b'] = '\b';
  meaning['f'] = '\f';
  meaning['n'] = '\n';
  meaning['r'] = '\r';
  meaning['t'] = '\t';
  return meaning;
}();

}  // namespace riposte
