/// Random choices that are the same in every run and on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace riposte {

class Seeded {
 public:
  explicit Seeded(std::uint64_t seed) : random_(seed) {}

  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_() % bound); }
  std::size_t between(std::size_t least, std::size_t most) { return least + below(most - least + 1); }
  bool one_in(std::size_t chances) { return below(chances) == 0; }
  template <class Items>
  const auto& one_of(const Items& items) {
    return items[below(items.size())];
  }
  std::string text(std::string_view letters, std::size_t length) {
    std::string made;
    while (made.size() < length) made += one_of(letters);
    return made;
  }

 private:
  std::mt19937_64 random_;
};

}  // namespace riposte
