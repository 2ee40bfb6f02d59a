#include "connectors/agents/fleet_keys.h"

#include <system_error>

#include "engine/base/synced_file.h"
#include "engine/order/key_text.h"
#include "engine/order/names.h"

namespace riposte::agents {
namespace {

/// Made again at a start with less than this left; no engine runs for a year without one.
constexpr Duration kEngineRenewal = std::chrono::days(2 * 365);

std::unexpected<Error> lost(const std::filesystem::path& path) {
  return fail(Errc::invalid, path.string() +
                                 " is missing; put it back from the backup. To give the fleet up, remove the "
                                 "whole folder and enrol every host anew");
}

/// A file that cannot be looked at counts as there: it must not be written over.
bool is_there(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::exists(path, error) || error;
}

Result<void> make_private(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (!error) std::filesystem::permissions(directory, std::filesystem::perms::owner_all, error);
  if (error) return fail(Errc::unavailable, directory.string() + ": " + error.message());
  return {};
}

Result<order::SigningKey> read_order_key(const std::filesystem::path& path) {
  auto key = order::key_in(TRY(read_secret(path, order::kKeyTextBytes)));
  if (!key) return fail(Errc::invalid, path.string() + " is no key of 64 hexadecimal digits");
  return *std::move(key);
}

/// What can never be made again without enrolling every host anew.
Result<void> make_roots(const std::filesystem::path& directory, const std::string& fleet, WallTime now) {
  const auto ca_key = directory / "ca.key";
  if (!is_there(ca_key)) TRY(TRY(tls::PrivateKey::generate()).write(ca_key));
  const auto order_key = directory / "order.key";
  if (!is_there(order_key))
    TRY(order::make_key_text(
        [&](std::string_view text) { return write_synced(order_key, text, kPrivateMode); }));
  const tls::PrivateKey key = TRY(tls::PrivateKey::read(ca_key));
  return TRY(tls::FleetAuthority::self_signed(key, fleet, now)).write(directory / "ca.pem");
}

Result<tls::FleetAuthority> read_authority(const std::filesystem::path& directory, const std::string& fleet) {
  tls::Certificate certificate = TRY(tls::Certificate::read(directory / "ca.pem"));
  if (certificate.name() != fleet)
    return fail(Errc::invalid, (directory / "ca.pem").string() + " is of the fleet '" + certificate.name() +
                                   "', not '" + fleet + "'; the name of a fleet cannot be changed");
  return tls::FleetAuthority::of(TRY(tls::PrivateKey::read(directory / "ca.key")), std::move(certificate));
}

Result<tls::PrivateKey> open_engine_key(const std::filesystem::path& path) {
  if (!is_there(path)) TRY(TRY(tls::PrivateKey::generate()).write(path));
  return tls::PrivateKey::read(path);
}

Result<tls::Certificate> open_engine_certificate(const std::filesystem::path& path,
                                                 const tls::PrivateKey& key,
                                                 const tls::FleetAuthority& authority,
                                                 const std::string& fleet, WallTime now) {
  const auto stored = tls::Certificate::read(path);
  if (stored && stored->belongs_to(key) && stored->is_signed_by(authority.certificate()) &&
      stored->not_after() - now > kEngineRenewal)
    return *stored;
  tls::Certificate made = TRY(authority.sign_engine(key, fleet, now));
  TRY(made.write(path));
  return made;
}

}  // namespace

Result<FleetKeys> FleetKeys::open(const std::filesystem::path& directory, const std::string& fleet,
                                  WallTime now) {
  if (!order::is_plain_name(fleet))
    return fail(Errc::invalid,
                "'" + fleet + "' is no name of a fleet: at most 64 letters, digits, '.', '_', '-'");
  TRY(make_private(directory));
  const bool begun = is_there(directory / "ca.pem") || is_there(directory / "engine.pem");
  for (const char* root : {"ca.key", "order.key"})
    if (begun && !is_there(directory / root)) return lost(directory / root);
  if (!is_there(directory / "ca.pem")) TRY(make_roots(directory, fleet, now));
  auto authority = TRY(read_authority(directory, fleet));
  auto engine_key = TRY(open_engine_key(directory / "engine.key"));
  auto engine_certificate =
      TRY(open_engine_certificate(directory / "engine.pem", engine_key, authority, fleet, now));
  auto order_key = TRY(read_order_key(directory / "order.key"));
  return FleetKeys{fleet, std::move(authority), std::move(engine_key), std::move(engine_certificate),
                   std::move(order_key)};
}

}  // namespace riposte::agents
