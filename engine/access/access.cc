#include "engine/access/access.h"

#include <algorithm>
#include <array>

#include "engine/access/token.h"
#include "engine/base/nearest.h"

namespace riposte {
namespace {

constexpr std::array<std::string_view, 5> kPermissionNames{"read", "submit", "approve", "cancel", "admin"};
constexpr std::string_view kEveryType = "*";

std::optional<Permission> parse_permission(std::string_view name) {
  const auto found = std::ranges::find(kPermissionNames, name);
  if (found == kPermissionNames.end()) return {};
  return static_cast<Permission>(found - kPermissionNames.begin());
}

std::unexpected<Error> lacks(const Principal& who, const std::string& permission) {
  return fail(Errc::denied, who.name.value() + " lacks the permission " + permission);
}

}  // namespace

std::string_view name_of(Permission permission) {
  return kPermissionNames[static_cast<std::size_t>(permission)];
}

Result<Grant> parse_grant(std::string_view text, std::span<const std::string_view> action_types) {
  const auto colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  const auto permission = parse_permission(name);
  if (!permission) {
    return fail(Errc::invalid, "'" + std::string(name) + "' is no permission" +
                                   did_you_mean(name, kPermissionNames) +
                                   " (read, submit, approve, cancel, admin)");
  }
  if (colon == std::string_view::npos) return Grant{*permission, ""};
  const std::string_view type = text.substr(colon + 1);
  if (*permission == Permission::admin)
    return fail(Errc::invalid, "'admin' is about the engine, not about an action type; write 'admin' alone");
  if (type == kEveryType) return Grant{*permission, ""};
  if (std::ranges::find(action_types, type) == action_types.end()) {
    return fail(Errc::invalid, "'" + std::string(type) + "' is no action type" +
                                   did_you_mean(type, action_types) + " ('*' stands for all of them)");
  }
  return Grant{*permission, std::string(type)};
}

bool Principal::may(Permission permission, std::string_view action_type) const {
  return std::ranges::any_of(grants, [&](const Grant& grant) {
    return grant.permission == permission && (grant.action_type.empty() || grant.action_type == action_type);
  });
}

bool Principal::may(Permission permission) const {
  return std::ranges::any_of(grants, [&](const Grant& grant) { return grant.permission == permission; });
}

Result<void> demand(const Principal& who, Permission permission, std::string_view action_type) {
  if (who.may(permission, action_type)) return {};
  return lacks(who, std::string(name_of(permission)) + ":" + std::string(action_type));
}

Result<void> demand(const Principal& who, Permission permission) {
  if (who.may(permission)) return {};
  return lacks(who, std::string(name_of(permission)));
}

std::optional<Principal> UserDirectory::authenticate(std::string_view token) const {
  const User* found = nullptr;
  // No early way out: the time must not tell at which user, or whether, the token was found.
  for (const User& user : users_) {
    const bool matches = token_matches(token, user.token_hash);
    found = matches ? &user : found;
  }
  if (found == nullptr) return {};
  return found->principal;
}

}  // namespace riposte
