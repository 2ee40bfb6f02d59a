/// Leaves to enrol one host each: shown once, kept as a hash, good for a name and a time.
///
/// Threads: any.
/// Limits:  kOpenMax at once. A file that cannot be read counts as no tokens: new ones are made easily.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/error.h"

namespace riposte::agents {

struct OpenToken {
  std::string hash;
  std::string name;
  WallTime expires_at;
};

class EnrolmentTokens {
 public:
  static constexpr std::size_t kOpenMax = 100;
  static constexpr Duration kLifeMax = std::chrono::days(7);

  /// `authority_key_hash` stands in every token, so that the host knows its engine before it trusts any.
  EnrolmentTokens(std::filesystem::path path, std::string authority_key_hash);

  /// "rpa_…" for the host that is to be called `name`. Errors: invalid (name, life), unavailable (kOpenMax,
  /// disk).
  Result<std::string> make(const std::string& name, Duration life, WallTime now);
  /// Whether burn() would take it. Errors: denied.
  Result<void> check(std::string_view token, const std::string& name, WallTime now) const;
  /// It is never taken again, whatever happens. Errors: denied, unavailable.
  Result<void> burn(std::string_view token, const std::string& name, WallTime now);
  /// Those that are good at `now`.
  std::vector<OpenToken> list(WallTime now) const;

 private:
  using Tokens = std::vector<OpenToken>;
  Result<Tokens::const_iterator> find(std::string_view token, const std::string& name, WallTime now) const;
  Result<void> store(Tokens tokens);

  const std::filesystem::path path_;
  const std::string authority_key_hash_;
  mutable std::mutex mutex_;
  Tokens tokens_;
};

}  // namespace riposte::agents
