#include "agent/identity/identity.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <system_error>

#include "agent/identity/owned_file.h"
#include "engine/base/hex.h"
#include "engine/base/nearest.h"
#include "engine/base/printable.h"
#include "engine/order/names.h"

namespace riposte::agent {
namespace {

constexpr std::array<std::string_view, 4> kKeys{"fleet", "machine_id", "enrolment", "order_key"};

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

class IdentityReader {
 public:
  explicit IdentityReader(std::string file_name) : file_name_(std::move(file_name)) {}

  Result<Identity> read(std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      ++line_;
      take_line(trimmed(text.substr(0, end)));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    for (const std::string_view key : kKeys)
      if (!seen_.contains(std::string(key))) complain("'" + std::string(key) + "' is missing");
    if (identity_.order_keys.size() > order::kKeysMax)
      complain("more than " + std::to_string(order::kKeysMax) + " order keys; remove those that are over");
    if (!errors_.empty()) return fail(Errc::invalid, errors_);
    return std::move(identity_);
  }

 private:
  void complain(const std::string& what) {
    errors_ += (errors_.empty() ? "" : "\n") + file_name_ + ":" + std::to_string(line_) + ": error: " + what;
  }

  void take_line(std::string_view line) {
    if (line.empty() || line.front() == '#') return;
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return complain("no ':' here; write 'key: value'");
    const std::string key(trimmed(line.substr(0, colon)));
    if (std::ranges::find(kKeys, key) == kKeys.end())
      return complain("unknown key '" + printable(key) + "'" + did_you_mean(key, kKeys));
    if (!seen_.insert(key).second && key != "order_key") return complain("'" + key + "' stands here twice");
    const std::string_view value = trimmed(line.substr(colon + 1));
    if (!take(key, value)) complain("'" + printable(value) + "' does not fit '" + key + "'");
  }

  bool take(const std::string& key, std::string_view value) {
    if (key == "fleet") return take_name(identity_.fleet, value);
    if (key == "machine_id") return take_name(identity_.machine_id, value);
    if (key == "enrolment") return take_number(value);
    return take_key(value);
  }
  static bool take_name(std::string& name, std::string_view value) {
    name = value;
    return order::is_plain_name(value);
  }
  bool take_number(std::string_view value) {
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), identity_.enrolment);
    return error == std::errc{} && end == value.data() + value.size();
  }
  bool take_key(std::string_view value) {
    const auto bytes = from_hex(value);
    if (!is_hex(value, 2 * order::kPublicKeyBytes) || !bytes) return false;
    std::ranges::copy(*bytes, identity_.order_keys.emplace_back().begin());
    return true;
  }

  std::string file_name_;
  std::string errors_;
  std::size_t line_ = 0;
  std::set<std::string> seen_;
  Identity identity_;
};

}  // namespace

Result<Identity> parse_identity(std::string_view text, const std::string& file_name) {
  Identity identity = TRY(IdentityReader(file_name).read(text));
  TRY_DOING(file_name, ring_of(identity));
  return identity;
}

std::string text_of(const Identity& identity) {
  std::string text = "fleet: " + identity.fleet + "\nmachine_id: " + identity.machine_id +
                     "\nenrolment: " + std::to_string(identity.enrolment) + "\n";
  for (const order::PublicKey& key : identity.order_keys) text += "order_key: " + to_hex(key) + "\n";
  return text;
}

Result<Identity> read_identity(const std::filesystem::path& path) {
  const auto text = read_owned(path, Others::may_read, kIdentityBytesMax);
  if (!text && text.error().code == Errc::not_found)
    return fail(Errc::not_found,
                path.string() + " is not there; let this host join: riposte-agent enroll --help");
  if (!text) return std::unexpected(text.error());
  return parse_identity(*text, path.string());
}

Result<void> write_identity(const std::filesystem::path& path, const Identity& identity) {
  const std::string text = text_of(identity);
  const Identity read_back = TRY(parse_identity(text, path.string()));
  if (read_back != identity) return fail(Errc::invalid, "an identity that would be read as another one");
  return write_owned(path, Others::may_read, text, IfThere::replace);
}

Result<order::KeyRing> ring_of(const Identity& identity) {
  std::vector<order::TrustedKey> trusted;
  for (const order::PublicKey& key : identity.order_keys) trusted.push_back({key, WallTime{}});
  return order::KeyRing::of(std::move(trusted));
}

}  // namespace riposte::agent
