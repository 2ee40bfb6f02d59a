#include "engine/pipeline/remote_track.h"

#include <utility>

#include "engine/base/crash_point.h"

namespace riposte {
namespace {

/// No host has such a key: who comes later under that name was not meant.
const std::string kNobody = "?";

}  // namespace

RemoteTrack::RemoteTrack(RemoteHands& hands, std::function<void(Answer)> post)
    : hands_(hands), seats_(std::make_shared<Seats>()) {
  seats_->post = std::move(post);
}

std::optional<Seat> RemoteTrack::take(const Action& action) {
  Route route = hands_.route(action);
  if (route.reach == Reach::here) return {};
  if (route.reach == Reach::offline)
    return Seat{Seat::Kind::away, std::move(route.host), {}, std::move(route.why)};
  if (route.reach == Reach::unknown_host)
    return Seat{Seat::Kind::away, kNobody + route.why, {}, std::move(route.why)};
  const std::scoped_lock lock(seats_->mutex);
  if (seats_->stopped) return Seat{Seat::Kind::busy};
  std::size_t& of_host = seats_->per_host[route.host];
  if (seats_->hosts.size() >= kRemoteInFlight || of_host >= kPerHost)
    return Seat{Seat::Kind::full, std::move(route.host)};
  ++of_host;
  seats_->hosts.insert_or_assign(action.id, route.host);
  return Seat{Seat::Kind::taken, std::move(route.host), std::move(route.bound)};
}

bool RemoteTrack::run(const Effect& effect) {
  const Action& action = action_of(effect);
  {
    const std::scoped_lock lock(seats_->mutex);
    if (!seats_->hosts.contains(action.id)) return false;
    if (seats_->stopped) return true;
  }
  crash_point("dispatch.before_send");
  hands_.give(effect, [seats = seats_, partition = action.partition, id = action.id](
                          std::optional<Fact> fact) { seats->answered({partition, id, std::move(fact)}); });
  crash_point("dispatch.after_send");
  return true;
}

void RemoteTrack::stop() {
  const std::scoped_lock lock(seats_->mutex);
  seats_->stopped = true;
}

void RemoteTrack::Seats::give_back(const ActionId& action) {
  const auto seat = hosts.extract(action);
  if (seat.empty()) return;
  const auto count = per_host.find(seat.mapped());
  if (--count->second == 0) per_host.erase(count);
}

/// Under the lock, so that nothing is posted once stop() has returned.
void RemoteTrack::Seats::answered(Answer answer) {
  const std::scoped_lock lock(mutex);
  if (stopped) return;
  give_back(answer.action);
  post(std::move(answer));
}

}  // namespace riposte
