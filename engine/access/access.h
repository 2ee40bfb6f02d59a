/// Users, roles and permissions: may this person do this to that action type?
///
/// Nothing is allowed unless a role says so. `admin` is a permission of its own (operations of the engine);
/// it does not include the others, and no permission overrides the four-eyes rule.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/ids.h"

namespace riposte {

enum class Permission : std::uint8_t { read, submit, approve, cancel, admin };

std::string_view name_of(Permission permission);

/// One permission, for one action type (by its name) or for all.
struct Grant {
  Permission permission;
  std::string action_type;  ///< empty: all

  auto operator<=>(const Grant&) const = default;
};

/// Reads "read", "submit", "submit:kill_process", "approve:*", "admin".
/// `action_types`: the names that may stand behind the colon.
/// Errors: invalid, with the nearest right name.
Result<Grant> parse_grant(std::string_view text, std::span<const std::string_view> action_types);

/// Who is asking, once the token has been checked.
struct Principal {
  UserName name;
  std::vector<std::string> aliases;  ///< names under which this person signs rules
  std::set<Grant> grants;

  bool may(Permission permission, std::string_view action_type) const;
  /// For at least one action type.
  bool may(Permission permission) const;
};

/// Errors: denied, with the permission that is lacking.
Result<void> demand(const Principal& who, Permission permission, std::string_view action_type);
/// For at least one action type.
Result<void> demand(const Principal& who, Permission permission);

struct User {
  Principal principal;
  std::string token_hash;  ///< as token_hash() writes it
};

class UserDirectory {
 public:
  explicit UserDirectory(std::vector<User> users) : users_(std::move(users)) {}

  /// The person whose token this is. Takes the same time whether or not there is one.
  /// Threads: any.
  std::optional<Principal> authenticate(std::string_view token) const;

  std::size_t size() const { return users_.size(); }

 private:
  std::vector<User> users_;
};

}  // namespace riposte
