/// The hands on other hosts: orders go out, answers come when they come, and a host may be away for days.
///
/// An action is bound to one enrolment of one host when it is first given out. From then on it is given,
/// probed and verified there and nowhere else, whoever bears the host's name by then.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "engine/ports/executor.h"

namespace riposte {

enum class Reach : std::uint8_t {
  here,          ///< the engine's own executors do it
  connected,     ///< give() takes it
  offline,       ///< its host is known and away
  unknown_host,  ///< nobody, or more than one, is meant by that host
};

/// The way to the host of an action.
struct Route {
  Reach reach = Reach::here;
  std::string host{};  ///< key of the host, for those connected or offline
  Evidence bound{};    ///< what start() has to write down: see Started
  std::string why{};   ///< offline: which host, and since when; unknown_host: what is wrong
};

/// The host to which an action was bound at its start; empty where it was done here.
inline constexpr const char* kBoundHost = "machine_id";
inline std::string bound_host_of(const Action& action) {
  const auto bound = action.evidence.find(kBoundHost);
  return bound == action.evidence.end() ? std::string() : bound->second;
}

/// Threads: any; none of it waits.
class RemoteHands {
 public:
  /// A fact about the effect's action; nothing: its host went away first, and it is still owed.
  using Answer = std::function<void(std::optional<Fact>)>;
  /// What has to be known of one host's coming, by the key of its routes.
  using Connected = std::function<void(const std::string& host)>;

  virtual ~RemoteHands() = default;
  virtual Route route(const Action& action) const = 0;
  /// Calls `answer` exactly once, from any thread, perhaps before it returns. A Dispatch that is answered
  /// with nothing may have left all the same: it is probed before it is given again.
  virtual void give(Effect effect, Answer answer) = 0;
  /// This state of an action that was bound to a host is durable: the host may forget it, or must not begin.
  virtual void recorded(const Action& action) = 0;
  /// Nothing: the engine's own executors do it. Errors: invalid (no host would take it).
  virtual Result<std::optional<Preview>> preview(const ActionRequest& request) = 0;
  /// From now on `tell` is called whenever a host has come; an empty function ends that, and returns when no
  /// call is under way. A host is `connected` by route() before it is told.
  virtual void on_connected(Connected tell) = 0;
};

}  // namespace riposte
