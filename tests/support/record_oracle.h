/// What simdjson's own DOM says of a record, and what RecordReader says: whoever reads records has to say the
/// same.
#pragma once

#include <algorithm>
#include <bit>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <simdjson.h>

#include "rules/event/record_reader.h"

namespace riposte {

/// All that can be known of a record: why it is refused, or every key and value in its order, numbers by
/// their bits.
struct RecordReading {
  simdjson::error_code error = simdjson::SUCCESS;
  std::string reason;  ///< as EventParser's; empty: it is taken
  std::string content;

  bool operator==(const RecordReading&) const = default;
};

inline std::string reason_of(simdjson::error_code error) {
  if (error == simdjson::DEPTH_ERROR) return "too_deep";
  return error == simdjson::SUCCESS ? "" : "not_json";
}

class DomOracle {
 public:
  explicit DomOracle(std::size_t depth) : depth_(depth) {}

  RecordReading read(std::string_view bytes) {
    const simdjson::padded_string padded(bytes);
    if (const auto error = parser_.allocate(std::max<std::size_t>(bytes.size(), 64), depth_))
      return {error, "", ""};
    simdjson::dom::element root;
    const simdjson::error_code error = parser_.parse(padded).get(root);
    if (error != simdjson::SUCCESS) return {error, reason_of(error), ""};
    if (!root.is_object()) return {error, "not_an_object", ""};
    has_key_twice_ = false;
    std::string content = text_of(root);
    if (has_key_twice_) return {error, "duplicate_key", ""};
    return {error, "", std::move(content)};
  }

 private:
  std::string text_of(simdjson::dom::element element) {
    using simdjson::dom::element_type;
    switch (element.type()) {
      case element_type::OBJECT:
        return text_of(element.get_object().value_unsafe());
      case element_type::ARRAY: {
        std::string text = "[";
        const simdjson::dom::array items = element.get_array().value_unsafe();
        for (const auto item : items) text += text_of(item);
        return text + "]";
      }
      case element_type::STRING: {
        const std::string_view value = element.get_string().value_unsafe();
        return fmt::format("s{}:{}", value.size(), value);
      }
      case element_type::INT64:
        return fmt::format("l{};", element.get_int64().value_unsafe());
      case element_type::UINT64:
        return fmt::format("u{};", element.get_uint64().value_unsafe());
      case element_type::DOUBLE:
        return fmt::format("d{:x};", std::bit_cast<std::uint64_t>(element.get_double().value_unsafe()));
      case element_type::BOOL:
        return element.get_bool().value_unsafe() ? "t" : "f";
      case element_type::NULL_VALUE:
        return "n";
    }
    return "?";
  }

  std::string text_of(simdjson::dom::object object) {
    std::string text = "{";
    std::set<std::string, std::less<>> keys;
    for (const auto member : object) {
      has_key_twice_ |= !keys.emplace(member.key).second;
      text += fmt::format("k{}:{}", member.key.size(), member.key) + text_of(member.value);
    }
    return text + "}";
  }

  std::size_t depth_;
  simdjson::dom::parser parser_;
  bool has_key_twice_ = false;
};

/// RecordReader asked everything. What it says of members and strings beside the tape is compared with the
/// tape.
class ReaderUnderTest {
 public:
  explicit ReaderUnderTest(std::size_t depth) : depth_(depth) {}

  RecordReading read(std::string_view bytes) {
    if (capacity_ < bytes.size() || capacity_ == 0) {
      capacity_ = std::bit_ceil(std::max<std::size_t>(bytes.size(), 64));
      if (!reader_.reserve(capacity_, depth_)) return {simdjson::MEMALLOC, "", ""};
    }
    // Nothing behind the record is anybody's: an address sanitizer sees whoever reads there.
    const std::unique_ptr<char[]> exact(new char[bytes.size()]);
    std::ranges::copy(bytes, exact.get());
    const auto [error, found] = reader_.read({exact.get(), bytes.size()});
    if (error != simdjson::SUCCESS) return {error, reason_of(error), ""};
    if (found == RecordReader::Found::no_object) return {error, "not_an_object", ""};
    if (found == RecordReader::Found::object_with_key_twice) return {error, "duplicate_key", ""};
    members_ = 0;
    strings_ = 0;
    trouble_.clear();
    std::string content = text_of(Tape::kRoot, Outline::kNobody);
    if (members_ != reader_.outline().members.size()) trouble_ += " members of nothing";
    if (strings_ != reader_.outline().strings.size()) trouble_ += " strings of nothing";
    return {error, trouble_, std::move(content)};
  }

  const RecordReader& reader() const { return reader_; }

 private:
  std::string text_of(std::uint32_t at, std::uint32_t owner) {
    const Tape& tape = reader_.tape();
    if (tape.is_object(at)) {
      std::string text = "{";
      find_member(tape, at, [&](std::uint32_t key, std::uint32_t value) {
        text += member_text(key, value, owner);
        return false;
      });
      return text + "}";
    }
    if (tape.is_array(at)) {
      std::string text = "[";
      for_each_item(tape, at, [&](std::uint32_t item) { text += text_of(item, owner); });
      return text + "]";
    }
    if (tape.is_string(at)) check_string(at);
    return std::visit(Letters{}, tape.scalar(at).value);
  }

  std::string member_text(std::uint32_t key, std::uint32_t value, std::uint32_t owner) {
    const std::string_view name = reader_.tape().string(key);
    check_place(name);
    const auto number = static_cast<std::uint32_t>(members_++);
    const auto members = reader_.outline().members;
    if (number >= members.size() || members[number].key != key || members[number].owner != owner ||
        members[number].hash != key_hash(name))
      trouble_ += fmt::format(" member {}", number);
    return fmt::format("k{}:{}", name.size(), name) + text_of(value, number);
  }

  void check_string(std::uint32_t at) {
    const auto strings = reader_.outline().strings;
    if (strings_ >= strings.size() || strings[strings_] != at)
      trouble_ += fmt::format(" string {}", strings_);
    ++strings_;
    check_place(reader_.tape().string(at));
  }

  void check_place(std::string_view text) {
    const std::string_view all = reader_.string_bytes();
    if (text.data() < all.data() || text.data() + text.size() > all.data() + all.size())
      trouble_ += " outside of string_bytes";
    if (strings_ + members_ > 0 && text.data() < behind_) trouble_ += " out of order";
    behind_ = text.data() + text.size();
  }

  struct Letters {
    std::string operator()(std::monostate) const { return "n"; }
    std::string operator()(bool value) const { return value ? "t" : "f"; }
    std::string operator()(std::int64_t value) const { return fmt::format("l{};", value); }
    std::string operator()(std::uint64_t value) const { return fmt::format("u{};", value); }
    std::string operator()(double value) const {
      return fmt::format("d{:x};", std::bit_cast<std::uint64_t>(value));
    }
    std::string operator()(std::string_view value) const {
      return fmt::format("s{}:{}", value.size(), value);
    }
  };

  std::size_t depth_;
  RecordReader reader_;
  std::size_t capacity_ = 0;
  std::size_t members_ = 0;
  std::size_t strings_ = 0;
  const char* behind_ = nullptr;
  std::string trouble_;
};

}  // namespace riposte
