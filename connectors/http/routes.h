/// What each protected route does, given who asks.
#pragma once

#include "connectors/http/api.h"
#include "connectors/http/target.h"

namespace riposte::http {

/// A request whose sender is known and whose route is found.
struct Asked {
  Principal who;
  Target target;
  std::string id;  ///< what stands at "{id}"
  std::string body;
};

struct Route {
  RouteName name;
  Answer (*answer)(const Desks& desks, const Asked& asked);
};
std::span<const Route> routes();

/// Errors: not_found (it is no id).
Result<ActionId> action_id(const std::string& text);

/// The value at "{id}" when `path` fits `pattern`.
std::optional<std::string> fit(std::string_view pattern, std::span<const std::string> path);

}  // namespace riposte::http
