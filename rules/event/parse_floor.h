/// The least that reading a record costs: simdjson's parse and a look at every key and value, nothing else.
///
/// What a bench compares with. It reads where the bytes stand and keeps nothing.
/// Threads: one; make one per thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace riposte {

class ParseFloor {
 public:
  /// Bytes behind a record that must be readable.
  static constexpr std::size_t kPadding = 64;

  ParseFloor();
  ~ParseFloor();
  ParseFloor(const ParseFloor&) = delete;
  ParseFloor& operator=(const ParseFloor&) = delete;

  /// The lengths of all keys and strings and all numbers, added up: use it, or the compiler drops the work.
  /// Empty when the bytes are no JSON.
  std::optional<std::uint64_t> visit(std::string_view padded);

 private:
  struct Body;
  std::unique_ptr<Body> body_;
};

}  // namespace riposte
