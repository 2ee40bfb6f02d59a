/// How a host becomes one of the fleet: what it asks, what it is given, and why it is refused.
///
/// The encoding is that of orders; docs/formats.md describes it.
/// Source:  docs/decisions/025-agent-channel.md
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/order/signing.h"

namespace riposte::enrolment {

inline constexpr std::size_t kTokenBytesMax = 256;
inline constexpr std::size_t kPemBytesMax = std::size_t{8} * 1024;
inline constexpr std::size_t kHostNamesMax = 8;
inline constexpr std::size_t kHostNameBytesMax = 253;  ///< of the domain name system
inline constexpr std::size_t kWhyBytesMax = 1024;

struct Enrol {
  std::string token;
  std::string request;  ///< for a certificate, in PEM
  order::PublicKey report_key{};
  std::string machine_id;
  std::string name;
  std::vector<std::string> host_names;
  bool operator==(const Enrol&) const = default;
};
using SignedEnrol = order::Signed<order::Domain::enrolment>;

struct Enrolled {
  std::string fleet;
  std::string machine_id;
  std::uint64_t enrolment = 0;
  std::string certificate;  ///< in PEM
  std::string authority;    ///< in PEM
  std::vector<order::PublicKey> order_keys;
  bool operator==(const Enrolled&) const = default;
};

/// The host asks for a new certificate before its old one ends, over the connection that the old one opened.
struct Renew {
  std::string request;  ///< in PEM
  bool operator==(const Renew&) const = default;
};
struct Renewed {
  std::string certificate;  ///< in PEM
  bool operator==(const Renewed&) const = default;
};

struct Refused {
  std::string why;     ///< for people
  bool final = false;  ///< coming again is no use: the host is not one of the fleet any more
  bool operator==(const Refused&) const = default;
};

/// Letters, digits, '.', '_' and '-': what a host may call itself besides its name in the fleet.
bool is_host_name(std::string_view text);

/// Signed with the key that it names, so that nobody enrols with another's key. Errors: invalid.
Result<SignedEnrol> sign(const Enrol& enrol, const order::SigningKey& report_key);
/// Errors: invalid, denied (not signed by the key that it names).
Result<Enrol> open_enrol(const SignedEnrol& sealed);

/// Each accepts exactly what encode() writes. Errors: invalid.
std::string encode(const Enrolled& enrolled);
Result<Enrolled> decode_enrolled(std::string_view bytes);
std::string encode(const Renew& renew);
Result<Renew> decode_renew(std::string_view bytes);
std::string encode(const Renewed& renewed);
Result<Renewed> decode_renewed(std::string_view bytes);
/// Cuts what is too long.
std::string encode(Refused refused);
Result<Refused> decode_refused(std::string_view bytes);

}  // namespace riposte::enrolment
