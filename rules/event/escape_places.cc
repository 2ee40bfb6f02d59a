#include "rules/event/escape_places.h"

#include <array>
#include <cstring>

#include "rules/event/byte_blocks.h"

namespace riposte {
namespace {

constexpr std::size_t kBlock = 64;

/// Every other backslash of a row begins an escape, the others are what it stands for. `is_open`, 1 or 0: the
/// last byte before these 64 began one. Without a branch: where backslashes are cannot be foretold.
inline std::uint64_t escapes_among(std::uint64_t backslashes, std::uint64_t& is_open) {
  // Taking a row's first bit from the bit behind it changes all bits between: even rows and odd ones end
  // differently.
  constexpr std::uint64_t kOdd = 0xAAAA'AAAA'AAAA'AAAA;
  const std::uint64_t may_begin = backslashes & ~is_open;
  const std::uint64_t ends = (((may_begin << 1U) | kOdd) - may_begin) ^ kOdd;
  const std::uint64_t begins = ends & backslashes;
  is_open = begins >> (kBlock - 1);
  return begins;
}

}  // namespace

void EscapePlaces::reserve(std::size_t bytes) { bits_.resize(bytes / kBlock + 3); }

void EscapePlaces::copy(std::string_view bytes, char* to) {
  std::uint64_t is_open = 0;
  std::uint64_t* out = bits_.data();
  std::size_t at = 0;
  for (; at + kBlock <= bytes.size(); at += kBlock)
    *out++ = escapes_among(copy_and_find(bytes.data() + at, to + at, '\\'), is_open);
  std::array<char, kBlock> rest{};
  std::memcpy(rest.data(), bytes.data() + at, bytes.size() - at);
  *out++ = escapes_among(copy_and_find(rest.data(), to + at, '\\'), is_open);
  *out = 1;
}

}  // namespace riposte
