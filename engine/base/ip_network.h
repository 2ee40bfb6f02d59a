/// IPv4 and IPv6 addresses and the networks that they are in. The two families never mix.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace riposte {

struct IpAddress {
  bool v6 = false;
  std::array<std::uint8_t, 16> bytes{};  ///< network order; an IPv4 address fills the first four

  bool operator==(const IpAddress&) const = default;
};

/// Dotted decimal without leading zeros, or RFC 4291 without a zone.
std::optional<IpAddress> parse_address(std::string_view text);

/// As parse_address reads it back, IPv6 as RFC 5952 wants it.
std::string text_of(const IpAddress& address);

/// The address by which packets go: an IPv4 address that is written as IPv6 (::ffff:192.0.2.1) is IPv4.
IpAddress canonical(const IpAddress& address);

struct IpNetwork {
  IpAddress address;     ///< no bit behind the prefix is set
  int prefix_bits = 32;  ///< at most 32, or 128 for IPv6

  bool contains(const IpAddress& other) const;
  bool operator==(const IpNetwork&) const = default;
};

/// "10.0.0.0/8".
std::string text_of(const IpNetwork& network);

/// "10.0.0.0/8", "fe80::/10"; an address alone is a network of one. Errors: what is wrong, with the cure.
std::expected<IpNetwork, std::string> parse_network(std::string_view text);

}  // namespace riposte
