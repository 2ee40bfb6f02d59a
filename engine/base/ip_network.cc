#include "engine/base/ip_network.h"

#include <algorithm>
#include <charconv>

#include <arpa/inet.h>
#include <fmt/format.h>

namespace riposte {
namespace {

constexpr int kV4Bits = 32;
constexpr int kV6Bits = 128;

/// The address with every bit behind the prefix cleared.
IpAddress masked(IpAddress address, int prefix_bits) {
  for (std::size_t i = 0; i < address.bytes.size(); ++i) {
    const int kept = std::clamp(prefix_bits - static_cast<int>(i) * 8, 0, 8);
    address.bytes[i] &= static_cast<std::uint8_t>(0xFF00 >> kept);
  }
  return address;
}

std::optional<int> parse_prefix(std::string_view text, int bits_max) {
  int bits = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bits);
  if (error != std::errc{} || end != text.data() + text.size() || bits < 0 || bits > bits_max) return {};
  return bits;
}

}  // namespace

std::optional<IpAddress> parse_address(std::string_view text) {
  if (text.size() >= INET6_ADDRSTRLEN) return {};
  const std::string terminated(text);
  if (terminated.find('\0') != std::string::npos) return {};
  IpAddress address;
  address.v6 = text.find(':') != std::string_view::npos;
  if (::inet_pton(address.v6 ? AF_INET6 : AF_INET, terminated.c_str(), address.bytes.data()) != 1) return {};
  return address;
}

std::string text_of(const IpAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(address.v6 ? AF_INET6 : AF_INET, address.bytes.data(), text.data(), text.size());
  return text.data();
}

IpAddress canonical(const IpAddress& address) {
  constexpr std::size_t kMappedPrefix = 12;  // bytes
  static const IpNetwork kMapped = *parse_network("::ffff:0:0/96");
  if (!kMapped.contains(address)) return address;
  IpAddress v4;
  std::copy_n(address.bytes.begin() + kMappedPrefix, 4, v4.bytes.begin());
  return v4;
}

bool IpNetwork::contains(const IpAddress& other) const {
  return other.v6 == address.v6 && masked(other, prefix_bits) == address;
}

std::string text_of(const IpNetwork& network) {
  return fmt::format("{}/{}", text_of(network.address), network.prefix_bits);
}

std::expected<IpNetwork, std::string> parse_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = parse_address(text.substr(0, slash));
  if (!address)
    return std::unexpected(fmt::format("'{}' is no network; write it like 10.0.0.0/8 or fe80::/10", text));
  const int bits_max = address->v6 ? kV6Bits : kV4Bits;
  if (slash == std::string_view::npos) return IpNetwork{*address, bits_max};
  const auto bits = parse_prefix(text.substr(slash + 1), bits_max);
  if (!bits)
    return std::unexpected(
        fmt::format("'{}' is no network: behind the '/' stands a number from 0 to {}", text, bits_max));
  const IpNetwork network{masked(*address, *bits), *bits};
  if (network.address != *address)
    return std::unexpected(
        fmt::format("'{}' has bits set behind its prefix; is {} meant?", text, text_of(network)));
  return network;
}

}  // namespace riposte
