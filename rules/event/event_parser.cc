#include "rules/event/event_parser.h"

#include <algorithm>
#include <bit>

#include <fmt/format.h>

#include "rules/event/document.h"

namespace riposte {
namespace {

/// Parsing buffers start at this size and double; most alerts fit at once.
constexpr std::size_t kCapacityMin = std::size_t{64} << 10;

Unusable not_json(simdjson::error_code error) {
  switch (error) {
    case simdjson::NUMBER_ERROR:
      return {"not_json", "a number is malformed, or is neither a 64-bit integer nor a finite double"};
    case simdjson::EMPTY:
      return {"not_json", "the record is empty"};
    case simdjson::UTF8_ERROR:
      return {"not_json", "the record is not UTF-8"};
    case simdjson::UNCLOSED_STRING:
      return {"not_json", "a string is not closed"};
    case simdjson::STRING_ERROR:
      return {"not_json", "a string has a bad escape or an unescaped control character"};
    default:
      return {"not_json", simdjson::error_message(error)};
  }
}

}  // namespace

EventParser::EventParser(EventLimits limits)
    : limits_(limits), document_(std::make_unique<Event::Document>()) {}
EventParser::~EventParser() = default;
EventParser::EventParser(EventParser&&) noexcept = default;
EventParser& EventParser::operator=(EventParser&&) noexcept = default;

std::expected<Event, Unusable> EventParser::parse(std::string_view bytes) {
  if (bytes.size() > limits_.bytes_max)
    return std::unexpected(
        Unusable{"too_large", fmt::format("{} bytes; at most {} are read", bytes.size(), limits_.bytes_max)});

  Event::Document& document = *document_;
  if (document.capacity < bytes.size() || document.capacity == 0) {
    document.capacity = 0;
    const std::size_t capacity = std::bit_ceil(std::max(bytes.size(), kCapacityMin));
    if (!document.reader.reserve(capacity, limits_.depth_max))
      return std::unexpected(Unusable{"too_large", "no memory to parse it"});
    document.capacity = capacity;
  }
  document.kept.clear();
  const auto [error, found] = document.reader.read(bytes);
  if (error == simdjson::DEPTH_ERROR)
    return std::unexpected(
        Unusable{"too_deep", fmt::format("nested deeper than {} levels", limits_.depth_max)});
  if (error != simdjson::SUCCESS) return std::unexpected(not_json(error));
  if (found == RecordReader::Found::no_object)
    return std::unexpected(Unusable{"not_an_object", "the record is JSON but no object"});
  if (found == RecordReader::Found::object_with_key_twice)
    return std::unexpected(
        Unusable{"duplicate_key", "an object has the same key twice; which one counts cannot be told"});
  return Event(document, Tape::kRoot);
}

}  // namespace riposte
