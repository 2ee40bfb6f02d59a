/// A signing key as its file holds it: the seed in hexadecimal digits and a line break.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "engine/order/keys.h"

namespace riposte::order {

inline constexpr std::size_t kKeyTextBytes = 2 * kSeedBytes + 1;

/// Gives the text of a new key to `write` and overwrites it then. Errors: those of `write`.
Result<void> make_key_text(const std::function<Result<void>(std::string_view text)>& write);
/// Overwrites the text. Nothing: it is no key.
std::optional<SigningKey> key_in(std::string text);

}  // namespace riposte::order
