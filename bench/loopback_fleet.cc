#include "bench/loopback_fleet.h"

#include <stdexcept>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <sys/resource.h>

#include "bench/or_throw.h"
#include "bench/samples.h"
#include "connectors/agents/render_order.h"

namespace riposte::bench {
namespace {

/// Longer than a thousand handshakes, or any order, takes on a machine that works.
constexpr std::chrono::milliseconds kPatience{60'000};
constexpr std::chrono::milliseconds kConnectedPoll{1};
/// Of the program itself.
constexpr std::size_t kFilesBeside = 100;
constexpr auto kFleetName = "north";
constexpr std::uint64_t kEpoch = 1;
const Partition kShard{1};

void allow_files(std::size_t agents) {
  const rlim_t needed = 2 * agents + kFilesBeside;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur >= needed) return;
  limit.rlim_cur = needed;
  if (needed > limit.rlim_max || setrlimit(RLIMIT_NOFILE, &limit) != 0)
    throw std::runtime_error(
        fmt::format("{} agents need {} open files; allow them with ulimit -n {}", agents, needed, needed));
}

/// An order to block an address, as a rule makes it of a detection on that host.
Action new_action(ActionId id, std::size_t number, const std::string& host, WallTime now) {
  const ActionTypeSpec& spec = spec_of(ActionType::block_ip);
  const std::string address = fmt::format("198.51.{}.{}", number / 256 % 256, number % 256);
  Action action;
  action.id = std::move(id);
  action.partition = kShard;
  action.type = spec.type;
  action.host = host;
  action.target = "address " + address;
  action.parameters = {{"address", address}};
  action.pickup_deadline = spec.pickup_deadline;
  action.ttl = spec.ttl_max;
  action.created_at = now;
  action.updated_at = now;
  return action;
}

/// As it is when its start is on record.
Action started(Action action, Evidence bound) {
  action.state = State::executing;
  action.attempt = 1;
  action.evidence = std::move(bound);
  return action;
}

}  // namespace

LoopbackFleet::LoopbackFleet(std::size_t agents)
    : agents_(agents),
      keys_(or_throw(agents::FleetKeys::open(directory_.path() / "fleet", kFleetName, clock_.now()))),
      registry_(or_throw(agents::Registry::open(directory_.path() / "fleet" / "agents"))),
      tokens_(directory_.path() / "fleet" / "tokens.json", keys_.authority.certificate().key_hash()),
      alone_(keys_, *registry_, clock_, agents),
      router_({.fleet = kFleetName, .own_hosts = {}, .epoch = kEpoch},
              {clock_, metrics_, keys_.order_key, [this] { return registry_->list(); },
               [](const ActionId&) { return Result<std::optional<Action>>(std::nullopt); }}),
      track_(router_, [this](const Answer& answer) { tally_.answered(answer); }),
      server_(start_server()) {
  router_.use(server_.get());
  simulated_ = std::make_unique<SimulatedAgents>(
      enrol(agents), server_->port(),
      [this](const order::Order& order) { tally_.carried_out(order.action); });
  await_connected();
}

std::vector<std::unique_ptr<SimulatedHost>> LoopbackFleet::enrol(std::size_t count) {
  allow_files(count);
  std::vector<std::unique_ptr<SimulatedHost>> hosts;
  for (std::size_t number = 0; number < count; ++number)
    hosts.push_back(std::make_unique<SimulatedHost>(keys_, *registry_, clock_, number));
  router_.refresh();
  return hosts;
}

std::unique_ptr<agents::AgentServer> LoopbackFleet::start_server() {
  const agents::ServerOptions options{.listen_address = "127.0.0.1", .port = 0};
  return or_throw(
      agents::AgentServer::start(options, keys_, *registry_, tokens_, clock_, metrics_, router_.events()));
}

/// An agent that the router sees as connected takes orders.
void LoopbackFleet::await_connected() {
  const auto deadline = Steady::now() + kPatience;
  for (const auto& host : simulated_->hosts()) {
    while (!router_.presence(host->machine_id()).connected) {
      check();
      if (Steady::now() > deadline) throw std::runtime_error("not every agent was connected in time");
      std::this_thread::sleep_for(kConnectedPoll);
    }
  }
}

void LoopbackFleet::check() const {
  if (const std::string why = simulated_->complaint(); !why.empty()) throw std::runtime_error(why);
  if (const std::string why = tally_.complaint(); !why.empty()) throw std::runtime_error(why);
}

void LoopbackFleet::give(std::size_t orders) {
  for (std::size_t i = 0; i < orders; ++i) give_next();
  for (std::size_t answers = tally_.answers(); answers < tally_.orders(); answers = tally_.answers())
    await_beyond(answers);
}

void LoopbackFleet::give_next() {
  const std::size_t number = tally_.orders();
  Action action = new_action(tally_.add(), number, name_of_host(number % agents_), clock_.now());
  Seat seat = await_seat(action);
  track_.run(Dispatch{started(std::move(action), std::move(seat.bound)), number});
}

Seat LoopbackFleet::await_seat(const Action& action) {
  for (;;) {
    const std::size_t answers = tally_.answers();
    auto seat = track_.take(action);
    if (seat && seat->kind == Seat::Kind::taken) return *std::move(seat);
    if (!seat || seat->kind != Seat::Kind::full)
      throw std::runtime_error(action.host +
                               " takes no order: " + (seat ? seat->why : "it is the engine's own"));
    await_beyond(answers);
  }
}

void LoopbackFleet::await_beyond(std::size_t answers) {
  if (tally_.wait_beyond(answers, kPatience)) return;
  check();
  throw std::runtime_error("an order was not answered in time");
}

void LoopbackFleet::sign_and_open(std::size_t orders) {
  const auto entry = *registry_->find(alone_.machine_id());
  const order::KeyRing believed = or_throw(order::KeyRing::of({{entry.report_key, WallTime{}}}));
  const WallTime now = clock_.now();
  const Action action = new_action(ActionId(fmt::format("{:032x}", 0)), 0, entry.name, now);
  const agents::Addressee to{
      kFleetName, entry.machine_id, entry.enrolment, {}, now, now + agents::kOrderLifeDefault};
  const order::Order order =
      or_throw(agents::render_order(started(action, {}), order::Purpose::carry_out, to));
  for (std::size_t i = 0; i < orders; ++i) {
    const auto signed_order = or_throw(order::sign(order, keys_.order_key));
    const order::Frame frame{order::FrameType::order, order::encode(signed_order)};
    const order::Frame answer = or_throw(alone_.report(or_throw(alone_.open(frame))));
    const auto signed_report = or_throw(order::decode_signed<order::Domain::report>(answer.body));
    const order::Report report = or_throw(order::open_report(signed_report, believed, clock_.now()));
    if (report.action != order.action) throw std::runtime_error("a report answers another order");
  }
}

}  // namespace riposte::bench
