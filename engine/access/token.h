/// Bearer tokens: 32 random bytes, shown once, kept as a hash.
#pragma once

#include <string>
#include <string_view>

namespace riposte {

/// The prefix and 43 characters of unpadded URL-safe base64: found by secret scanners, safe in a header.
std::string new_token(std::string_view prefix = "rpt_");

/// "blake2b:" and 64 hexadecimal digits. Tokens are random, so a fast hash without salt loses nothing.
std::string token_hash(std::string_view token);

/// True for a text that token_hash() could have written.
bool is_token_hash(std::string_view text);

/// In constant time.
bool token_matches(std::string_view token, std::string_view hash);

}  // namespace riposte
