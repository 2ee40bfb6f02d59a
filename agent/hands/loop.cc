#include "agent/hands/loop.h"

#include <unistd.h>

#include "agent/hands/readiness.h"
#include "engine/base/log.h"

namespace riposte::agent {
namespace {

/// Deadlines are counted in seconds, and a signal to end is seen no later.
constexpr int kWaitMilliseconds = 200;

}  // namespace

Loop::Loop(Parts parts, Clock& clock)
    : craft_(std::move(parts.craft)),
      clock_(clock),
      boot_id_(std::move(parts.boot_id)),
      read_policy_(std::move(parts.read_policy)),
      door_(std::move(parts.door)),
      children_(craft_, parts.lock),
      steward_(std::move(parts.keeper), *this) {}

Instant Loop::now() const { return {clock_.now(), boot_id_, machine_uptime()}; }

bool Loop::start(TaskId id, const Task& task, const Scene& scene) { return children_.start(id, task, scene); }

std::vector<std::int32_t> Loop::own() {
  std::vector<std::int32_t> own = door_.processes();
  own.push_back(::getpid());
  return own;
}

Result<void> Loop::run(Signals& signals) {
  bool ready = false;
  TRY(steward_.begin(now()));
  while (!ending_ || !steward_.is_idle()) {
    wait();
    heed(signals);
    TRY(hear_children());
    TRY(hear_visitors());
    TRY(steward_.tick(now()));
    // What comes after in the boot is the network.
    if (!ready && steward_.has_looked_after_filters()) tell_readiness();
    ready = steward_.has_looked_after_filters();
  }
  return {};
}

void Loop::heed(Signals& signals) {
  const auto wish = signals.take();
  if (wish == Signals::Wish::reload) reload();
  if (wish != Signals::Wish::end || ending_) return;
  ending_ = true;
  steward_.close();
  log::info("ending as soon as nothing is under way");
}

/// As a whole or not at all: half a policy is nobody's.
void Loop::reload() {
  auto policy = read_policy_();
  const auto adopted =
      policy ? steward_.adopt(*std::move(policy), now()) : std::unexpected(std::move(policy).error());
  if (adopted) return log::info("the policy was read anew and is in force");
  log::error("the policy was not taken; the one before stays in force", {{"why", adopted.error().text()}});
}

void Loop::wait() {
  std::vector<pollfd> polled;
  door_.add_to(polled);
  children_.add_to(polled);
  ::poll(polled.data(), polled.size(), kWaitMilliseconds);
}

Result<void> Loop::hear_visitors() {
  for (const Door::News& news : door_.collect()) {
    if (news.arrived) steward_.greet();
    for (const order::Frame& frame : news.frames) TRY(take(news.visitor, frame));
  }
  return {};
}

Result<void> Loop::take(Door::VisitorId visitor, const order::Frame& frame) {
  const Instant at = now();
  if (!door_.is_root(visitor) && !steward_.may_check(at)) {
    log::warning("a connection that sent too much is cut");
    door_.disconnect(visitor);
    return {};
  }
  switch (frame.type) {
    case order::FrameType::order:
      return steward_.take_order(frame.body, at);
    case order::FrameType::welcome:
      door_.make_link(visitor);
      return steward_.take_welcome(frame.body, at);
    case order::FrameType::pong:
      return door_.is_link(visitor) ? steward_.take_pong(frame.body, at) : Result<void>{};
    case order::FrameType::ping:
      door_.answer(visitor, {order::FrameType::pong, ""});
      return {};
    default:
      log::warning("a connection that sent what is not for this program is cut",
                   {{"frame", static_cast<std::int64_t>(frame.type)}});
      door_.disconnect(visitor);
      return {};
  }
}

Result<void> Loop::hear_children() {
  for (Children::News& news : children_.collect()) {
    if (news.plan) TRY(steward_.take_plan(news.id, *std::move(news.plan), now()));
    if (news.ended) TRY(steward_.take_end(news.id, std::move(news.ending), now()));
  }
  return {};
}

}  // namespace riposte::agent
