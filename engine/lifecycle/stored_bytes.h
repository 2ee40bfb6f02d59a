/// The bytes of stored values, written and read one after the other. Only the codec uses it; docs/formats.md
/// describes it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/ids.h"
#include "engine/lifecycle/action.h"
#include "engine/lifecycle/codec.h"

namespace riposte {

/// A length read from stored bytes is never larger than the bytes that are left; this bounds counts of empty
/// things.
inline constexpr std::uint64_t kCountMax = 1'000'000;

/// The last member of every enumeration that is stored: a number above it is from the future.
constexpr ActionType last_of(ActionType) { return ActionType::restore_file; }
constexpr ExecuteFrom::Place last_of(ExecuteFrom::Place) { return ExecuteFrom::Place::agent; }
constexpr Severity last_of(Severity) { return Severity::critical; }
constexpr Actor::Kind last_of(Actor::Kind) { return Actor::Kind::engine; }
constexpr State last_of(State) { return State::cancelled; }
constexpr Verification last_of(Verification) { return Verification::failed; }
constexpr Reason last_of(Reason) { return Reason::agent_offline; }
constexpr Ground last_of(Ground) { return Ground::policy_forbids; }

class StoredWriter {
 public:
  StoredWriter() { bytes_.push_back(static_cast<char>(kCodecVersion)); }

  void operator()(const auto&... values) { (put(values), ...); }
  std::string take() { return std::move(bytes_); }
  static unsigned version() { return kCodecVersion; }

 private:
  void put(std::uint64_t number) {
    for (; number >= 0x80; number >>= 7) bytes_.push_back(static_cast<char>(number | 0x80));
    bytes_.push_back(static_cast<char>(number));
  }
  /// Zigzag, so that small negative numbers stay short.
  void put(std::int64_t number) {
    put((static_cast<std::uint64_t>(number) << 1) ^ static_cast<std::uint64_t>(number >> 63));
  }
  void put(bool flag) { bytes_.push_back(flag ? 1 : 0); }
  void put(std::uint32_t number) { put(std::uint64_t{number}); }
  void put(std::int32_t number) { put(std::int64_t{number}); }
  void put(std::string_view text) {
    put(std::uint64_t{text.size()});
    bytes_.append(text);
  }
  void put(const std::string& text) { put(std::string_view(text)); }
  void put(WallTime time) { put(std::int64_t{time.time_since_epoch().count()}); }
  void put(Duration duration) { put(std::int64_t{duration.count()}); }
  template <class Tag, class Rep>
  void put(const Id<Tag, Rep>& id) {
    put(id.value());
  }
  template <class E>
    requires std::is_enum_v<E>
  void put(E value) {
    put(std::uint64_t{std::to_underlying(value)});
  }
  template <class T>
  void put(const std::optional<T>& value) {
    put(value.has_value());
    if (value) put(*value);
  }
  void put(const std::vector<std::string>& texts) {
    put(std::uint64_t{texts.size()});
    for (const std::string& text : texts) put(text);
  }
  void put(const std::map<std::string, std::string>& entries) {
    put(std::uint64_t{entries.size()});
    for (const auto& [key, value] : entries) {
      put(key);
      put(value);
    }
  }
  void put(const Parameters& parameters) {
    put(std::uint64_t{parameters.size()});
    for (const auto& [key, value] : parameters) {
      put(key);
      put(std::uint64_t{value.index()});
      std::visit([this](const auto& held) { put(held); }, value);
    }
  }

  std::string bytes_;
};

/// Reads what StoredWriter wrote; after the first failure everything reads as empty and `ok` stays false.
class StoredReader {
 public:
  explicit StoredReader(std::string_view bytes) : rest_(bytes) {
    if (rest_.empty()) return;
    version_ = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
  }

  void operator()(auto&... values) { (get(values), ...); }
  unsigned version() const { return version_; }
  bool version_ok() const { return version_ >= kOldestCodecVersion && version_ <= kCodecVersion; }
  bool ok() const { return ok_ && version_ok() && rest_.empty(); }

 private:
  void get(std::uint64_t& number) {
    number = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) return spoil();
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      number |= std::uint64_t{byte & 0x7FU} << shift;
      if ((byte & 0x80U) == 0) return;
    }
    spoil();
  }
  void get(std::int64_t& number) {
    std::uint64_t zigzag = 0;
    get(zigzag);
    number = static_cast<std::int64_t>((zigzag >> 1) ^ (~(zigzag & 1) + 1));
  }
  void get(bool& flag) {
    if (rest_.empty() || static_cast<unsigned char>(rest_.front()) > 1) return spoil();
    flag = rest_.front() == 1;
    rest_.remove_prefix(1);
  }
  void get(std::uint32_t& number) { narrow<std::uint64_t>(number); }
  void get(std::int32_t& number) { narrow<std::int64_t>(number); }
  void get(std::string& text) {
    std::uint64_t length = 0;
    get(length);
    if (length > rest_.size()) return spoil();
    text = rest_.substr(0, length);
    rest_.remove_prefix(length);
  }
  void get(WallTime& time) {
    std::int64_t count = 0;
    get(count);
    time = WallTime(Duration(count));
  }
  void get(Duration& duration) {
    std::int64_t count = 0;
    get(count);
    duration = Duration(count);
  }
  template <class Tag, class Rep>
  void get(Id<Tag, Rep>& id) {
    Rep value{};
    get(value);
    id = Id<Tag, Rep>(std::move(value));
  }
  template <class E>
    requires std::is_enum_v<E>
  void get(E& value) {
    std::uint64_t number = 0;
    get(number);
    if (number > static_cast<std::uint64_t>(std::to_underlying(last_of(value)))) return spoil();
    value = static_cast<E>(number);
  }
  template <class T>
  void get(std::optional<T>& value) {
    bool present = false;
    get(present);
    if (present) get(value.emplace());
  }
  void get(std::vector<std::string>& texts) {
    for (std::uint64_t left = count(); left > 0 && ok_; --left) get(texts.emplace_back());
  }
  void get(std::map<std::string, std::string>& entries) {
    for (std::uint64_t left = count(); left > 0 && ok_; --left) {
      std::string key;
      get(key);
      get(entries[key]);
    }
  }
  void get(Parameters& parameters) {
    for (std::uint64_t left = count(); left > 0 && ok_; --left) {
      std::string key;
      get(key);
      get(parameters[key]);
    }
  }
  void spoil() {
    ok_ = false;
    rest_ = {};
  }
  std::uint64_t count() {
    std::uint64_t number = 0;
    get(number);
    if (number > kCountMax) spoil();
    return ok_ ? number : 0;
  }
  template <class Wide, class Narrow>
  void narrow(Narrow& number) {
    Wide wide = 0;
    get(wide);
    number = static_cast<Narrow>(wide);
    if (std::cmp_not_equal(number, wide)) spoil();
  }
  void get(Value& value) {
    std::uint64_t kind = 0;
    get(kind);
    switch (kind) {
      case 0:
        return get(value.emplace<bool>());
      case 1:
        return get(value.emplace<std::int64_t>());
      case 2:
        return get(value.emplace<std::string>());
      default:
        return spoil();
    }
  }

  std::string_view rest_;
  bool ok_ = true;
  unsigned version_ = 0;
};

}  // namespace riposte
