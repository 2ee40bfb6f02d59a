/// Where an engine listens: an address and a port, never a name.
///
/// An isolated host has no name service, and who answers for a name may change; so names are asked once, when
/// the host is enrolled.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/error.h"

namespace riposte::agent {

struct Endpoint {
  std::string host;
  std::uint16_t port = 0;
  bool operator==(const Endpoint&) const = default;
};

/// "192.0.2.7:7443", "[2001:db8::7]:7443", "engine.example.com:7443"; the host may be a name here. Errors:
/// invalid.
Result<Endpoint> parse_endpoint(std::string_view text);
std::string text_of(const Endpoint& endpoint);

inline constexpr std::size_t kEnginesMax = 8;
/// One to a line, `#` begins a comment. Errors: invalid (a name, none, too many), not_found, unavailable.
Result<std::vector<Endpoint>> read_engines(const std::filesystem::path& path);
Result<void> write_engines(const std::filesystem::path& path, const std::vector<Endpoint>& engines);

}  // namespace riposte::agent
