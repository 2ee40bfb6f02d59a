/// Who this host is to its engine, and whom it obeys: what enrolment leaves behind.
///
/// Layout:  lines `key: value`; `#` begins a comment. fleet, machine_id, enrolment once each, order_key (64
/// hexadecimal digits) once for every key that may sign orders.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "engine/order/keys.h"

namespace riposte::agent {

inline constexpr std::size_t kIdentityBytesMax = std::size_t{16} * 1024;

struct Identity {
  std::string fleet;
  std::string machine_id;
  std::uint64_t enrolment = 0;
  std::vector<order::PublicKey> order_keys;
  bool operator==(const Identity&) const = default;
};

/// Errors: invalid, with every mistake on a line of its own: "identity:3: error: …".
Result<Identity> parse_identity(std::string_view text, const std::string& file_name);
std::string text_of(const Identity& identity);

/// Whoever can write the file commands the host, so it belongs to root (or to who reads it) and nobody else
/// may write it. Errors: not_found, denied, invalid, unavailable.
Result<Identity> read_identity(const std::filesystem::path& path);
/// Durable, whole or not at all; everybody may read it. Errors: invalid (an identity that could not be read
/// back), unavailable.
Result<void> write_identity(const std::filesystem::path& path, const Identity& identity);

/// Errors: invalid.
Result<order::KeyRing> ring_of(const Identity& identity);

}  // namespace riposte::agent
