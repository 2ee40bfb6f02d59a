/// Events in memory as a bench wants them: one behind the other, each with the padding that simdjson reads.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace riposte {

class BenchEvents {
 public:
  void add(std::string_view event);

  std::size_t size() const { return places_.size(); }
  /// The event's bytes; those of ParseFloor::kPadding follow.
  std::string_view operator[](std::size_t index) const {
    return std::string_view(bytes_).substr(places_[index].begin, places_[index].size);
  }
  /// Of all events, padding left out.
  std::size_t bytes() const { return total_; }

 private:
  struct Place {
    std::size_t begin;
    std::size_t size;
  };

  std::string bytes_;
  std::vector<Place> places_;
  std::size_t total_ = 0;
};

}  // namespace riposte
