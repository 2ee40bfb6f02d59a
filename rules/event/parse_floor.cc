#include "rules/event/parse_floor.h"

#include <bit>

#include <simdjson.h>

namespace riposte {
namespace {

namespace dom = simdjson::dom;

std::uint64_t sum_of(dom::element element);

std::uint64_t sum_of(dom::object object) {
  std::uint64_t sum = 0;
  for (const dom::key_value_pair member : object) sum += member.key.size() + sum_of(member.value);
  return sum;
}

std::uint64_t sum_of(dom::array array) {
  std::uint64_t sum = 0;
  for (const dom::element item : array) sum += sum_of(item);
  return sum;
}

/// The type has been asked for, so that no get can fail. Recursion is bounded by the parser's depth limit.
std::uint64_t sum_of(dom::element element) {
  switch (element.type()) {
    case dom::element_type::OBJECT:
      return sum_of(element.get_object().value_unsafe());
    case dom::element_type::ARRAY:
      return sum_of(element.get_array().value_unsafe());
    case dom::element_type::STRING:
      return element.get_string().value_unsafe().size();
    case dom::element_type::INT64:
      return static_cast<std::uint64_t>(element.get_int64().value_unsafe());
    case dom::element_type::UINT64:
      return element.get_uint64().value_unsafe();
    case dom::element_type::DOUBLE:
      return std::bit_cast<std::uint64_t>(element.get_double().value_unsafe());
    case dom::element_type::BOOL:
      return element.get_bool().value_unsafe() ? 1 : 0;
    case dom::element_type::NULL_VALUE:
      return 0;
  }
  return 0;
}

}  // namespace

struct ParseFloor::Body {
  simdjson::dom::parser parser;
};

ParseFloor::ParseFloor() : body_(std::make_unique<Body>()) {
  static_assert(kPadding >= simdjson::SIMDJSON_PADDING);
}
ParseFloor::~ParseFloor() = default;

std::optional<std::uint64_t> ParseFloor::visit(std::string_view padded) {
  dom::element root;
  constexpr bool kCopy = false;
  if (body_->parser.parse(padded.data(), padded.size(), kCopy).get(root) != simdjson::SUCCESS) return {};
  return sum_of(root);
}

}  // namespace riposte
