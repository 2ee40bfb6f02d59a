/// Failure as a value: the code says how to react, the chain says where it happened.
///
/// A bug is an assertion, not an Error. Exceptions of a library are caught in the one file that calls it.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace riposte {

/// One code per reaction. A new code needs a new reaction.
enum class Errc : std::uint8_t {
  invalid,      ///< the input is wrong: report it, do not retry
  not_found,    ///< nothing of that name exists
  conflict,     ///< legal input at the wrong moment
  denied,       ///< this person may not do this
  unavailable,  ///< try again later
  fenced,       ///< another instance owns this
  corrupt,      ///< stored bytes do not decode: stop and let a person look
};

std::string_view name_of(Errc code);

struct Error {
  Errc code;
  std::string what;
  std::vector<std::string> doing;  ///< innermost first: what was being attempted

  /// "opening the store: /var/lib/riposte is locked by another process"
  std::string text() const;
  bool operator==(const Error&) const = default;
};

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(Errc code, std::string what) {
  return std::unexpected(Error{code, std::move(what), {}});
}

/// Passes an error on and notes what was being attempted.
std::unexpected<Error> fail(Error error, std::string doing);

namespace detail {
template <class T>
T take(Result<T>& result) {
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}
}  // namespace detail

}  // namespace riposte

// A name of its own for every expansion, so that one TRY may stand inside another.
#define RIPOSTE_JOIN_(a, b) a##b
#define RIPOSTE_JOIN(a, b) RIPOSTE_JOIN_(a, b)
#define RIPOSTE_TRY_(result, failure, ...) \
  __extension__({                          \
    auto result = (__VA_ARGS__);           \
    if (!result) return failure;           \
    ::riposte::detail::take(result);       \
  })
#define RIPOSTE_TRY(result, ...) RIPOSTE_TRY_(result, std::unexpected(std::move(result).error()), __VA_ARGS__)
#define RIPOSTE_TRY_DOING(result, doing, ...) \
  RIPOSTE_TRY_(result, ::riposte::fail(std::move(result).error(), (doing)), __VA_ARGS__)

/// Evaluates to the value of a Result, or returns its error from the enclosing function.
#define TRY(...) RIPOSTE_TRY(RIPOSTE_JOIN(riposte_result_, __COUNTER__), __VA_ARGS__)

/// TRY, and notes what was being attempted.
#define TRY_DOING(doing, ...) \
  RIPOSTE_TRY_DOING(RIPOSTE_JOIN(riposte_result_, __COUNTER__), (doing), __VA_ARGS__)
