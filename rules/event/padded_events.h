/// Events one behind the other, each followed by as many bytes as a parser may read that reads in place.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "rules/event/parse_floor.h"

namespace riposte {

class PaddedEvents {
 public:
  /// What was read before may move.
  void add(std::string_view event) {
    places_.push_back({bytes_.size(), event.size()});
    bytes_ += event;
    bytes_.append(ParseFloor::kPadding, '\0');
  }

  std::size_t size() const { return places_.size(); }
  /// The event's bytes; those of ParseFloor::kPadding follow.
  std::string_view operator[](std::size_t index) const {
    return std::string_view(bytes_).substr(places_[index].begin, places_[index].size);
  }
  /// Of all events, padding left out.
  std::size_t bytes() const { return bytes_.size() - ParseFloor::kPadding * places_.size(); }

 private:
  struct Place {
    std::size_t begin;
    std::size_t size;
  };
  std::string bytes_;
  std::vector<Place> places_;
};

}  // namespace riposte
