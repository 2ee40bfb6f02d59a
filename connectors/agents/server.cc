#include "connectors/agents/server.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "connectors/agents/session.h"
#include "engine/base/log.h"
#include "engine/framing/listening.h"
#include "engine/tls/context.h"

namespace riposte::agents {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

void log_unexpected(const std::exception_ptr& failure) {
  framing::log_exception(failure, "an agent's connection");
}

}  // namespace

/// Everything but `connected` and what it guards belongs to the thread that runs `io`.
struct AgentServer::Body {
  Body(ServerOptions chosen, const FleetKeys& keys, Registry& known, EnrolmentTokens& tokens, Clock& clock,
       Metrics& told, ChannelEvents called, const tls::Context& context)
      : options(std::move(chosen)),
        registry(known),
        metrics(told),
        events(std::move(called)),
        desk(keys, known, tokens),
        tls_context(context.shared_handle()),
        ground{keys,
               known,
               desk,
               clock,
               SessionTimes{options.handshake_wait, options.hello_wait, options.silence_max},
               [this] { return has_room(); },
               [this](const std::shared_ptr<Session>& session, const AgentEntry& entry,
                      const order::Hello& hello) { arrive(session, entry, hello); },
               [this](const std::string& machine_id, order::SignedReport report) {
                 if (events.report) events.report(machine_id, std::move(report));
               },
               [this](std::string_view why) { count_refusal(why); }},
        connected_gauge(metrics.gauge("riposte_agents_connected", "Hosts whose agent is connected")) {}

  Result<void> listen();
  void run();
  void let_in(tcp::socket socket);
  bool has_room() const;
  std::size_t strangers() const;
  std::size_t strangers_from(const std::string& address) const;
  void arrive(const std::shared_ptr<Session>& session, const AgentEntry& entry, const order::Hello& hello);
  void leave(const std::shared_ptr<Session>& session);
  bool forget(const std::string& machine_id, const std::shared_ptr<Session>& session);
  void count_refusal(std::string_view why);
  void look_again(const std::string& machine_id);

  const ServerOptions options;
  Registry& registry;
  Metrics& metrics;
  const ChannelEvents events;
  EnrolmentDesk desk;
  asio::ssl::context tls_context;
  SessionGround ground;
  Gauge& connected_gauge;
  asio::io_context io;  // outlives what is bound to it
  std::set<std::shared_ptr<Session>> sessions;
  std::uint16_t port = 0;
  mutable std::mutex mutex;  ///< guards `connected`
  std::map<std::string, std::shared_ptr<Session>> connected;
  tcp::acceptor acceptor{io};
  std::thread io_thread;
};

Result<void> AgentServer::Body::listen() {
  error_code error;
  const auto address = asio::ip::make_address(options.listen_address, error);
  if (error) return fail(Errc::invalid, "'" + options.listen_address + "' is no address to listen on");
  error = framing::listen_on(acceptor, {address, options.port});
  if (error)
    return fail(Errc::unavailable, "cannot listen for agents on " + options.listen_address + " port " +
                                       std::to_string(options.port) + ": " + error.message());
  port = acceptor.local_endpoint(error).port();
  return {};
}

void AgentServer::Body::run() {
  const framing::LetIn let_all_in = [this](tcp::socket socket) { let_in(std::move(socket)); };
  asio::co_spawn(io, framing::accept_all(acceptor, let_all_in), log_unexpected);
  framing::run_all(io, "the agents' server");
}

void AgentServer::Body::let_in(tcp::socket socket) {
  const auto session = std::make_shared<Session>(std::move(socket), tls_context, ground);
  if (strangers() >= kStrangersMax || strangers_from(session->peer()) >= kStrangersPerAddressMax)
    return count_refusal("busy");
  sessions.insert(session);
  asio::co_spawn(io, session->run(), [this, session](const std::exception_ptr& failure) {
    log_unexpected(failure);
    session->cut();
    leave(session);
  });
}

std::size_t AgentServer::Body::strangers() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(sessions, [](const auto& session) { return session->is_stranger(); }));
}

std::size_t AgentServer::Body::strangers_from(const std::string& address) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      sessions, [&](const auto& session) { return session->is_stranger() && session->peer() == address; }));
}

bool AgentServer::Body::has_room() const { return sessions.size() - strangers() < options.sessions_max; }

/// The newest connection of a host is the one that counts: an older one may be dead without knowing.
void AgentServer::Body::arrive(const std::shared_ptr<Session>& session, const AgentEntry& entry,
                               const order::Hello& hello) {
  std::shared_ptr<Session> before;
  {
    const std::lock_guard lock(mutex);
    before = std::exchange(connected[entry.machine_id], session);
    connected_gauge.set(static_cast<double>(connected.size()));
  }
  if (before) {
    before->cut();
    if (events.lost) events.lost(entry.machine_id);
  }
  log::info("a host is connected",
            {{"machine_id", entry.machine_id}, {"name", entry.name}, {"peer", session->peer()}});
  if (events.connected) events.connected(entry, hello);
}

void AgentServer::Body::leave(const std::shared_ptr<Session>& session) {
  sessions.erase(session);
  if (!forget(session->machine_id(), session)) return;
  log::info("a host's connection has ended", {{"machine_id", session->machine_id()}});
  if (events.lost) events.lost(session->machine_id());
}

bool AgentServer::Body::forget(const std::string& machine_id, const std::shared_ptr<Session>& session) {
  const std::lock_guard lock(mutex);
  const auto found = connected.find(machine_id);
  if (found == connected.end() || found->second != session) return false;
  connected.erase(found);
  connected_gauge.set(static_cast<double>(connected.size()));
  return true;
}

void AgentServer::Body::count_refusal(std::string_view why) {
  metrics
      .counter("riposte_agents_refused_total",
               "Connections of agents that were refused or ended by the engine", {{"why", std::string(why)}})
      .add();
}

void AgentServer::Body::look_again(const std::string& machine_id) {
  for (const auto& session : sessions)
    if (session->machine_id() == machine_id) session->look_again();
}

Result<std::unique_ptr<AgentServer>> AgentServer::start(ServerOptions options, const FleetKeys& keys,
                                                        Registry& registry, EnrolmentTokens& tokens,
                                                        Clock& clock, Metrics& metrics,
                                                        ChannelEvents events) {
  const tls::Context context =
      TRY(tls::server_context(keys.engine_key, keys.engine_certificate, keys.authority.certificate()));
  auto body = std::make_unique<Body>(std::move(options), keys, registry, tokens, clock, metrics,
                                     std::move(events), context);
  TRY(body->listen());
  body->io_thread = std::thread([state = body.get()] { state->run(); });
  registry.on_change([state = body.get()](const std::string& machine_id) {
    asio::post(state->io, [state, machine_id] { state->look_again(machine_id); });
  });
  return std::unique_ptr<AgentServer>(new AgentServer(std::move(body)));
}

AgentServer::AgentServer(std::unique_ptr<Body> body) : body_(std::move(body)) {}

AgentServer::~AgentServer() { stop(); }

bool AgentServer::is_connected(const std::string& machine_id) const {
  const std::lock_guard lock(body_->mutex);
  return body_->connected.contains(machine_id);
}

bool AgentServer::send(const std::string& machine_id, order::Frame frame) {
  const std::lock_guard lock(body_->mutex);
  const auto found = body_->connected.find(machine_id);
  return found != body_->connected.end() && found->second->outbox().push(frame);
}

std::uint16_t AgentServer::port() const { return body_->port; }

void AgentServer::stop() {
  if (!body_->io_thread.joinable()) return;
  body_->registry.on_change({});
  asio::post(body_->io, [state = body_.get()] {
    error_code ignored;
    state->acceptor.close(ignored);
    for (const auto& session : state->sessions) session->cut();
  });
  body_->io_thread.join();
}

}  // namespace riposte::agents
