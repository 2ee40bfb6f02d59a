/// What Sigma's modifiers do to a text with wildcards, one function each.
///
/// Source: Sigma specification 2.1.0, "Modifiers"; where it is silent, pySigma 1.5.
#pragma once

#include <cstddef>
#include <expected>
#include <map>
#include <string>
#include <vector>

#include "rules/language/rule.h"

namespace riposte {

/// Texts that one value may turn into; more are an attack or a mistake.
inline constexpr std::size_t kAlternativesMax = 10'000;
/// … and the memory that they may take together.
inline constexpr std::size_t kAlternativeBytesMax = std::size_t{4} << 20;

/// `contains`, `startswith`, `endswith`: the ends that stay open.
Glob opened(Glob glob, bool front, bool back);

/// `windash`: a dash or slash in front of a word may be any dash or slash.
Glob with_any_dash(const Glob& glob);

enum class Utf16 : std::uint8_t { little_endian, big_endian, with_byte_order_mark };
/// `wide`, `utf16le`, `utf16be`, `utf16`: the bytes of UTF-16, which mostly are no text until `base64` makes
/// one of them.
std::expected<std::vector<Glob>, std::string> as_utf16(const Glob& glob, Utf16 encoding);

/// `base64`. Errors: wildcards.
std::expected<std::vector<Glob>, std::string> as_base64(const Glob& glob);
/// `base64offset`: what stays the same of the text at each of the three places that it can have among others.
std::expected<std::vector<Glob>, std::string> as_base64_offsets(const Glob& glob);

/// `expand`: `%name%` becomes a placeholder; `\%` is a percent sign.
Glob with_placeholders(const Glob& glob);

/// Lists from the configuration, by placeholder.
using PlaceholderLists = std::map<std::string, std::vector<std::string>, std::less<>>;
/// Every way in which the lists can stand in for the placeholders. Errors: a placeholder without a list.
std::expected<std::vector<Glob>, std::string> expanded(const Glob& glob, const PlaceholderLists& lists);

}  // namespace riposte
