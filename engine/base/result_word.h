/// What became of an order, in one word: the same on the wire, in journals and in answers to people.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace riposte {

/// The numbers are written to disk and sent: append, never renumber.
enum class ResultWord : std::uint8_t {
  ok = 0,
  already_done = 1,      ///< success: the world was already so
  not_found = 2,         ///< no such target
  refused_identity = 3,  ///< the target is not the one that was meant
  refused_guard = 4,     ///< the target is protected
  unsupported = 5,
  timeout = 6,
  error = 7,
  unknown = 8,      ///< it may or may not have run
  unreachable = 9,  ///< it never left: nobody was there to take it
};
inline constexpr ResultWord kLastResultWord = ResultWord::unreachable;

constexpr bool is_success(ResultWord word) {
  return word == ResultWord::ok || word == ResultWord::already_done;
}
/// Nobody knows what happened; looking at the world may tell later.
constexpr bool is_open(ResultWord word) { return word == ResultWord::unknown || word == ResultWord::timeout; }

std::string_view name_of(ResultWord word);
std::optional<ResultWord> parse_result_word(std::string_view name);

}  // namespace riposte
