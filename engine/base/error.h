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

/// Evaluates to the value of a Result, or returns its error from the enclosing function.
#define TRY(...)                                                            \
  __extension__({                                                           \
    auto riposte_result = (__VA_ARGS__);                                    \
    if (!riposte_result) return std::unexpected(std::move(riposte_result).error()); \
    ::riposte::detail::take(riposte_result);                                \
  })

/// TRY, and notes what was being attempted.
#define TRY_DOING(doing, ...)                                                        \
  __extension__({                                                                    \
    auto riposte_result = (__VA_ARGS__);                                             \
    if (!riposte_result) return ::riposte::fail(std::move(riposte_result).error(), (doing)); \
    ::riposte::detail::take(riposte_result);                                         \
  })
