#include "connectors/agents/enrolment_tokens.h"

#include <nlohmann/json.hpp>

#include "engine/access/token.h"
#include "engine/base/log.h"
#include "engine/base/synced_file.h"
#include "engine/order/names.h"

namespace riposte::agents {
namespace {

using nlohmann::json;

constexpr std::string_view kTokenPrefix = "rpa_";
constexpr std::size_t kTokenFileBytesMax = std::size_t{256} * 1024;

json json_of(const std::vector<OpenToken>& tokens) {
  json all = json::array();
  for (const OpenToken& token : tokens)
    all.push_back({{"hash", token.hash}, {"name", token.name}, {"expires_at", iso8601(token.expires_at)}});
  return all;
}

Result<std::vector<OpenToken>> read_tokens(const std::filesystem::path& path) {
  const std::string text = TRY(read_small(path, kTokenFileBytesMax));
  try {
    std::vector<OpenToken> tokens;
    for (const json& fields : json::parse(text)) {
      const auto expires_at = parse_iso8601(fields.at("expires_at").get<std::string>());
      if (!expires_at) return fail(Errc::corrupt, "expires_at is no time");
      tokens.push_back(
          {fields.at("hash").get<std::string>(), fields.at("name").get<std::string>(), *expires_at});
    }
    return tokens;
  } catch (const json::exception& failure) {
    return fail(Errc::corrupt, failure.what());
  }
}

}  // namespace

EnrolmentTokens::EnrolmentTokens(std::filesystem::path path, std::string authority_key_hash)
    : path_(std::move(path)), authority_key_hash_(std::move(authority_key_hash)) {
  auto tokens = read_tokens(path_);
  if (tokens) {
    tokens_ = *std::move(tokens);
  } else if (tokens.error().code != Errc::not_found) {
    log::error("the open enrolment tokens cannot be read and count no more; make new ones",
               {{"file", path_.string()}, {"why", tokens.error().text()}});
  }
}

Result<std::string> EnrolmentTokens::make(const std::string& name, Duration life, WallTime now) {
  if (!order::is_plain_name(name))
    return fail(Errc::invalid, "'" + name + "' is no name of at most 64 letters, digits, '.', '_' and '-'");
  if (life <= Duration{} || life > kLifeMax)
    return fail(Errc::invalid, "a token is good for at most " + duration_text(kLifeMax));
  const std::lock_guard lock(mutex_);
  Tokens tokens = tokens_;
  std::erase_if(tokens, [&](const OpenToken& token) { return token.expires_at <= now; });
  if (tokens.size() >= kOpenMax)
    return fail(Errc::unavailable,
                std::to_string(kOpenMax) + " enrolment tokens are open; wait until some are used or expire");
  std::string token = new_token(kTokenPrefix) + "." + authority_key_hash_;
  tokens.push_back({token_hash(token), name, std::chrono::floor<std::chrono::milliseconds>(now + life)});
  TRY(store(std::move(tokens)));
  return token;
}

Result<void> EnrolmentTokens::check(std::string_view token, const std::string& name, WallTime now) const {
  const std::lock_guard lock(mutex_);
  TRY(find(token, name, now));
  return {};
}

Result<void> EnrolmentTokens::burn(std::string_view token, const std::string& name, WallTime now) {
  const std::lock_guard lock(mutex_);
  const auto found = TRY(find(token, name, now));
  Tokens rest(tokens_.cbegin(), found);
  rest.insert(rest.end(), found + 1, tokens_.cend());
  return store(std::move(rest));
}

std::vector<OpenToken> EnrolmentTokens::list(WallTime now) const {
  const std::lock_guard lock(mutex_);
  Tokens open = tokens_;
  std::erase_if(open, [&](const OpenToken& token) { return token.expires_at <= now; });
  return open;
}

Result<EnrolmentTokens::Tokens::const_iterator> EnrolmentTokens::find(std::string_view token,
                                                                      const std::string& name,
                                                                      WallTime now) const {
  auto found = tokens_.cend();
  for (auto each = tokens_.cbegin(); each != tokens_.cend(); ++each)
    if (token_matches(token, each->hash)) found = each;
  if (found == tokens_.cend() || found->expires_at <= now)
    return fail(Errc::denied, "the enrolment token is unknown, used or expired; ask for a new one");
  if (found->name != name)
    return fail(Errc::denied,
                "the enrolment token is for the name '" + found->name + "', not for '" + name + "'");
  return found;
}

/// In memory only when it is on disk.
Result<void> EnrolmentTokens::store(Tokens tokens) {
  TRY(write_synced(path_, json_of(tokens).dump(2) + "\n", kPrivateMode));
  tokens_ = std::move(tokens);
  return {};
}

}  // namespace riposte::agents
