#include "agent/ledger/policy_file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <optional>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>

#include "agent/ledger/policy_lines.h"
#include "engine/base/descriptor.h"
#include "engine/base/file_bytes.h"
#include "engine/base/nearest.h"
#include "engine/base/printable.h"

namespace riposte::agent {
namespace {

constexpr std::uint32_t kRateMax = 1'000'000;
constexpr std::string_view kRateSection = "rate.";

template <class Number>
std::optional<Number> number_in(std::string_view text, Number max) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number > max) return {};
  return number;
}

/// "192.0.2.5:7443", "[2001:db8::5]:7443".
std::optional<ManagementFlow> flow_in(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return {};
  const auto port = number_in<std::uint16_t>(text.substr(colon + 1), UINT16_MAX);
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  const auto address = parse_address(host);
  if (!address || !port || *port == 0 || address->v6 != bracketed) return {};
  return ManagementFlow{*address, *port};
}

/// "60", "60 burst 10".
std::optional<Rate> rate_in(std::string_view text) {
  constexpr std::string_view kBurst = " burst ";
  const std::size_t at = text.find(kBurst);
  const auto per_minute = number_in<std::uint32_t>(text.substr(0, at), kRateMax);
  const auto burst = at == std::string_view::npos
                         ? per_minute
                         : number_in<std::uint32_t>(text.substr(at + kBurst.size()), kRateMax);
  if (!per_minute || !burst) return {};
  return Rate{*per_minute, *burst};
}

class PolicyReader {
 public:
  explicit PolicyReader(std::string file_name) : file_name_(std::move(file_name)) {}

  Result<LocalPolicy> read(std::string_view text) {
    const PolicyLines lines = read_policy_lines(text);
    for (const std::string& error : lines.errors) add_error(error);
    for (const PolicySetting& setting : lines.settings) take(setting);
    const bool names_verbs = std::ranges::any_of(
        lines.settings, [](const PolicySetting& setting) { return setting.key == "allow"; });
    if (!names_verbs) add_error("1: error: 'allow' is missing; it lists what engines may do here");
    if (!errors_.empty()) return fail(Errc::invalid, errors_);
    return std::move(policy_);
  }

 private:
  void add_error(const std::string& error) {
    errors_ += (errors_.empty() ? "" : "\n") + file_name_ + ":" + error;
  }
  void complain(std::size_t line, const std::string& what) {
    add_error(std::to_string(line) + ": error: " + what);
  }

  void take(const PolicySetting& setting) {
    if (setting.key.starts_with(kRateSection)) return take_rate(setting);
    for (const Key& known : kKeys)
      if (known.name == setting.key) return take_as(setting, known);
    std::array<std::string_view, kKeys.size()> names{};
    std::ranges::transform(kKeys, names.begin(), &Key::name);
    complain(setting.line, "unknown key '" + setting.key + "'" + did_you_mean(setting.key, names));
  }

  struct Key {
    std::string_view name;
    bool is_list;
    bool (PolicyReader::*take)(const std::string& text);
    std::string_view form;
  };
  static const std::array<Key, 11> kKeys;

  void take_as(const PolicySetting& setting, const Key& key) {
    if (setting.is_list != key.is_list)
      return complain(setting.line, "'" + setting.key + "' is " + (key.is_list ? "a list" : "one value"));
    for (const PolicyValue& value : setting.values)
      if (!(this->*key.take)(value.text))
        complain(value.line, "'" + printable(value.text) + "' does not fit '" + setting.key +
                                 "': " + std::string(key.form));
  }

  void take_rate(const PolicySetting& setting) {
    const std::string_view name = std::string_view(setting.key).substr(kRateSection.size());
    const auto verb = order::parse_verb(name);
    if (!verb)
      return complain(setting.line,
                      "'" + std::string(name) + "' is no verb" + did_you_mean(name, order::kVerbNames));
    if (order::is_inverse(*verb))
      return complain(setting.line, "'" + std::string(name) + "' ends effects and has no rate");
    const auto rate =
        setting.is_list || setting.values.empty() ? std::nullopt : rate_in(setting.values.front().text);
    if (!rate)
      return complain(setting.line,
                      "'" + setting.key + "': orders a minute, at most 1000000: 60, or 60 burst 10");
    policy_.rates[*verb] = *rate;
  }

  bool take_verb(const std::string& text) {
    const auto verb = order::parse_verb(text);
    if (verb) policy_.allow.insert(*verb);
    return verb.has_value();
  }
  bool take_never_address(const std::string& text) {
    const auto network = parse_network(text);
    if (network) policy_.never_addresses.push_back(*network);
    return network.has_value();
  }
  static bool take_name(std::vector<std::string>& names, const std::string& text) {
    if (text.empty()) return false;
    names.push_back(text);
    return true;
  }
  static bool take_path(std::vector<std::string>& paths, const std::string& text) {
    return text.starts_with('/') && take_name(paths, text);
  }
  bool take_user(const std::string& text) { return take_name(policy_.never_users, text); }
  bool take_unit(const std::string& text) { return take_name(policy_.protected_units, text); }
  bool take_executable(const std::string& text) { return take_path(policy_.protected_executables, text); }
  bool take_protected_path(const std::string& text) { return take_path(policy_.protected_paths, text); }
  bool take_management(const std::string& text) {
    const auto flow = flow_in(text);
    if (flow) policy_.management.push_back(*flow);
    return flow.has_value();
  }
  bool take_keep_max(const std::string& text) {
    const auto number = number_in<std::uint32_t>(text, order::kKeepMax);
    if (number) policy_.keep_max = *number;
    return number.has_value();
  }
  bool take_ttl_max(const std::string& text) {
    const auto ttl = parse_duration(text);
    if (!ttl || *ttl < order::kTtlMin || *ttl > order::kTtlMax) return false;
    policy_.ttl_max = *ttl;
    return true;
  }
  bool take_channel_proof(const std::string& text) {
    policy_.require_channel_proof = text == "true";
    return text == "true" || text == "false";
  }

  bool take_vault_keep(const std::string& text) {
    policy_.vault_keep.reset();
    if (text == "forever" || text == "0") return true;
    const auto keep = parse_duration(text);
    if (!keep || *keep < kVaultKeepMin || *keep > kVaultKeepMax) return false;
    policy_.vault_keep = *keep;
    return true;
  }

  std::string file_name_;
  std::string errors_;
  LocalPolicy policy_;
};

constexpr std::array<PolicyReader::Key, 11> PolicyReader::kKeys{{
    {"allow", true, &PolicyReader::take_verb, "a verb, such as kill_process"},
    {"never_addresses", true, &PolicyReader::take_never_address, "write 10.0.0.0/8 or fe80::/10"},
    {"never_users", true, &PolicyReader::take_user, "a user's name"},
    {"protected_executables", true, &PolicyReader::take_executable, "an absolute path"},
    {"protected_units", true, &PolicyReader::take_unit, "a unit's name"},
    {"protected_paths", true, &PolicyReader::take_protected_path, "an absolute path"},
    {"management", true, &PolicyReader::take_management, "write 192.0.2.5:7443 or [2001:db8::5]:7443"},
    {"keep_max", false, &PolicyReader::take_keep_max, "a number from 0 to 16"},
    {"ttl_max", false, &PolicyReader::take_ttl_max, "from 1m to 30d"},
    {"vault.keep", false, &PolicyReader::take_vault_keep, "from 1d to 3650d, or forever"},
    {"isolation.require_channel_proof", false, &PolicyReader::take_channel_proof, "true or false"},
}};

/// The policy's bytes, when only `owner` can have written them.
Result<std::string> bytes_of(int fd, const std::filesystem::path& path, uid_t owner) {
  struct stat seen{};
  if (::fstat(fd, &seen) != 0 || !S_ISREG(seen.st_mode))
    return fail(Errc::denied, path.string() + " is no plain file");
  if (seen.st_uid != owner)
    return fail(Errc::denied, path.string() + " belongs to user " + std::to_string(seen.st_uid) +
                                  "; chown it to " + std::to_string(owner));
  if ((seen.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return fail(Errc::denied, path.string() + " can be written by others than its owner; chmod go-w it");
  auto bytes = read_to_end(fd, kPolicyBytesMax);
  if (bytes) return *std::move(bytes);
  if (bytes.error() == std::errc::file_too_large)
    return fail(Errc::invalid, path.string() + " is larger than 64 KiB");
  return fail(Errc::denied, path.string() + ": " + bytes.error().message());
}

}  // namespace

Result<LocalPolicy> parse_policy(std::string_view text, const std::string& file_name) {
  return PolicyReader(file_name).read(text);
}

Result<LocalPolicy> read_policy(const std::filesystem::path& path, uid_t owner) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file.valid() && errno == ENOENT)
    return fail(Errc::not_found, path.string() +
                                     " is not there; write down what engines may do on this host, "
                                     "beginning with 'allow: []'");
  if (!file.valid()) return fail(Errc::denied, path.string() + ": " + std::generic_category().message(errno));
  return parse_policy(TRY(bytes_of(file.number(), path, owner)), path.string());
}

}  // namespace riposte::agent
