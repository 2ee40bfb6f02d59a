/// Events that somebody sends to make matching slow: real ones with something in them that costs more than
/// its bytes. The same on every machine.
///
/// Errors:  throw std::runtime_error when no event has a command line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "bench/padded_lines.h"
#include "rules/language/rule.h"

namespace riposte::bench {

/// As much as an event may have, but for the rest of its fields.
inline constexpr std::size_t kLongText = 1'000'000;
inline constexpr std::size_t kManyFields = 5000;

class HostileEvents {
 public:
  explicit HostileEvents(const PaddedLines& events);

  // Each is made again for every `number`, and then differs in one word: that it was seen before shall not
  // help.

  /// A command line of nothing but `a`, behind the word.
  std::string one_letter(std::uint64_t number) const;
  /// Fields that no rule knows, beside those of the event.
  std::string many_fields(std::uint64_t number) const;
  /// A command line of these texts.
  std::string every_text(const std::string& texts, std::uint64_t number) const;
  /// A command line of which every word is new.
  std::string new_text(std::uint64_t number) const;

 private:
  std::string with_command_line(std::string_view text) const;

  std::string plain_;  ///< has a command line
};

/// The texts that rules look for, blanks between, as far as they fit into an event.
std::string joined_texts(std::span<const Rule> rules);

}  // namespace riposte::bench
