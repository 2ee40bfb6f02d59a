/// Bytes with exactly one encoding for every value: what is signed, what crosses the wire, what a journal
/// holds.
///
/// Numbers are big-endian and of fixed width; a text, list or map has its length in front; an optional has a
/// byte for its presence. A `fields` function names the fields of a value once, for the writer and the
/// reader. The reader refuses what the writer cannot have written, so encode(decode(bytes)) is always
/// `bytes`.
#pragma once

#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/error.h"
#include "engine/base/ids.h"

namespace riposte::order {

/// A value to be written, or one to be read into.
template <class T, class Value>
concept Either = std::same_as<std::remove_const_t<T>, Value>;

class CanonicalWriter {
 public:
  template <std::unsigned_integral N>
    requires(!std::same_as<N, bool>)
  void number(N value) {
    for (int shift = 8 * (static_cast<int>(sizeof(N)) - 1); shift >= 0; shift -= 8)
      bytes_.push_back(static_cast<char>((value >> shift) & 0xFFU));
  }
  void flag(bool value) { bytes_.push_back(value ? 1 : 0); }
  template <class E>
  void word(E value, E, E) {
    bytes_.push_back(static_cast<char>(std::to_underlying(value)));
  }
  void text(std::string_view value, std::size_t) {
    number(static_cast<std::uint32_t>(value.size()));
    bytes_.append(value);
  }
  void id(const ActionId& value, std::size_t bytes_max) { text(value.value(), bytes_max); }
  void time(WallTime value) { number(static_cast<std::uint64_t>(value.time_since_epoch().count())); }
  void duration(Duration value) { number(static_cast<std::uint64_t>(value.count())); }
  template <class Bytes>
  void block(const Bytes& value) {
    for (const auto byte : value) bytes_.push_back(static_cast<char>(byte));
  }
  template <class T, class Each>
  void maybe(const std::optional<T>& value, Each each) {
    flag(value.has_value());
    if (value) each(*value);
  }
  template <class T, class Each>
  void list(const std::vector<T>& values, std::size_t, Each each) {
    number(static_cast<std::uint32_t>(values.size()));
    for (const T& value : values) each(value);
  }
  void texts(const std::map<std::string, std::string>& values, std::size_t, std::size_t bytes_max) {
    number(static_cast<std::uint32_t>(values.size()));
    for (const auto& [key, value] : values) {
      text(key, bytes_max);
      text(value, bytes_max);
    }
  }

  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

/// After the first complaint everything reads as empty; done() then says what it was and where.
class CanonicalReader {
 public:
  explicit CanonicalReader(std::string_view bytes) : all_(bytes.size()), rest_(bytes) {}

  template <std::unsigned_integral N>
    requires(!std::same_as<N, bool>)
  void number(N& value) {
    value = 0;
    if (rest_.size() < sizeof(N)) return refuse("the bytes end inside a number");
    for (std::size_t i = 0; i < sizeof(N); ++i)
      value = static_cast<N>(value << (sizeof(N) > 1 ? 8 : 0) | static_cast<unsigned char>(rest_[i]));
    rest_.remove_prefix(sizeof(N));
  }
  void flag(bool& value) {
    std::uint8_t byte = 0;
    number(byte);
    if (byte > 1) refuse("a flag that is neither 0 nor 1");
    value = byte == 1;
  }
  template <class E>
  void word(E& value, E first, E last) {
    std::uint8_t byte = 0;
    number(byte);
    if (byte < std::to_underlying(first) || byte > std::to_underlying(last))
      return refuse("a number outside its enumeration");
    value = static_cast<E>(byte);
  }
  void text(std::string& value, std::size_t bytes_max) {
    std::uint32_t length = 0;
    number(length);
    if (length > bytes_max) return refuse("a text that is longer than allowed");
    if (length > rest_.size()) return refuse("the bytes end inside a text");
    value = rest_.substr(0, length);
    rest_.remove_prefix(length);
  }
  void id(ActionId& value, std::size_t bytes_max) {
    std::string id;
    text(id, bytes_max);
    value = ActionId(std::move(id));
  }
  void time(WallTime& value) { value = WallTime(microseconds()); }
  void duration(Duration& value) { value = microseconds(); }
  template <class Bytes>
  void block(Bytes& value) {
    if (rest_.size() < value.size()) return refuse("the bytes end inside a block");
    for (std::size_t i = 0; i < value.size(); ++i) value[i] = static_cast<std::uint8_t>(rest_[i]);
    rest_.remove_prefix(value.size());
  }
  template <class T, class Each>
  void maybe(std::optional<T>& value, Each each) {
    bool present = false;
    flag(present);
    if (present) each(value.emplace());
  }
  template <class T, class Each>
  void list(std::vector<T>& values, std::size_t count_max, Each each) {
    for (std::uint32_t left = count(count_max); left > 0 && complaint_.empty(); --left)
      each(values.emplace_back());
  }
  /// Keys ascend, so that one map has one encoding.
  void texts(std::map<std::string, std::string>& values, std::size_t count_max, std::size_t bytes_max) {
    for (std::uint32_t left = count(count_max); left > 0 && complaint_.empty(); --left) {
      std::string key;
      text(key, bytes_max);
      if (!values.empty() && values.rbegin()->first >= key) return refuse("the keys of a map do not ascend");
      text(values[std::move(key)], bytes_max);
    }
  }
  /// For what a `fields` function itself finds impossible.
  void refuse(std::string_view complaint) {
    if (!complaint_.empty()) return;
    complaint_ = complaint;
    complained_at_ = all_ - rest_.size();
    rest_ = {};
  }
  std::string_view rest() const { return rest_; }

  /// Errors: invalid, when anything was refused or bytes are left.
  Result<void> done(std::string_view kind) {
    if (complaint_.empty() && !rest_.empty()) refuse("bytes behind the end");
    if (complaint_.empty()) return {};
    return fail(Errc::invalid, std::string(kind) + " does not decode: " + std::string(complaint_) +
                                   ", at byte " + std::to_string(complained_at_));
  }

 private:
  Duration microseconds() {
    std::uint64_t count = 0;
    number(count);
    return Duration(static_cast<std::int64_t>(count));
  }
  std::uint32_t count(std::size_t count_max) {
    std::uint32_t number_of = 0;
    number(number_of);
    if (number_of > count_max) refuse("a list that is longer than allowed");
    return complaint_.empty() ? number_of : 0;
  }

  std::size_t all_;
  std::string_view rest_;
  std::string_view complaint_;
  std::size_t complained_at_ = 0;
};

}  // namespace riposte::order
