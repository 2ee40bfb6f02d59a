#include "rules/event/outline.h"

#include <random>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace riposte {
namespace {

std::uint64_t random_seed() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

}  // namespace

std::uint64_t key_hash(std::string_view key) {
  static const std::uint64_t kSeed = random_seed();
  return XXH3_64bits_withSeed(key.data(), key.size(), kSeed);
}

}  // namespace riposte
