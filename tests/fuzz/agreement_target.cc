#include "tests/fuzz/targets.h"
#include "tests/property/comparison.h"

namespace riposte::fuzz {
namespace {

constexpr std::size_t kEvents = 4;

}  // namespace

void agreement(std::string_view bytes) {
  static naive::Comparison comparison;
  // A byte is a choice; when they are used up, every further choice is the first.
  naive::Maker maker([&](std::size_t bound) {
    if (bytes.empty()) return std::size_t{0};
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    return byte % bound;
  });
  const naive::Compared compared = comparison.compare(maker, kEvents);
  require(compared.disagreement.empty(), compared.disagreement);
}

}  // namespace riposte::fuzz
