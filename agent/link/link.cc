#include "agent/link/link.h"

#include <csignal>
#include <optional>
#include <random>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include "agent/identity/identity.h"
#include "agent/link/backoff.h"
#include "agent/link/connections.h"
#include "agent/link/credentials.h"
#include "agent/link/endpoint.h"
#include "engine/base/log.h"
#include "engine/enrolment/enrolment.h"
#include "engine/framing/frame_stream.h"
#include "engine/tls/authority.h"
#include "engine/tls/context.h"
#include "engine/tls/request.h"

namespace riposte::agent {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using order::Frame;
using order::FrameType;

/// Between two looks for hands that are not there.
constexpr std::chrono::milliseconds kHandsPause{500};

/// What one attempt to reach an engine needs; read anew each time, since enrolment and renewal change it.
struct Passport {
  Credentials credentials;
  tls::Context context;
  std::vector<Endpoint> engines;
};

Result<Passport> read_passport(const StateFiles& files) {
  const Identity identity = TRY(read_identity(files.identity));
  Credentials credentials = TRY(read_credentials(files.link));
  tls::Context context = TRY(tls::client_context(credentials.key, credentials.certificate,
                                                 credentials.authority, tls::engine_name(identity.fleet)));
  return Passport{std::move(credentials), std::move(context), TRY(read_engines(files.engines()))};
}

class Link {
 public:
  Link(const LinkOptions& options, Clock& clock)
      : options_(options),
        clock_(clock),
        files_(options.state),
        backoff_(options.backoff_least, options.backoff_most, std::random_device()()) {}

  Result<void> run();

 private:
  asio::awaitable<void> keep_hands();
  asio::awaitable<void> hear_hands(std::shared_ptr<HandsConnection> hands);
  asio::awaitable<void> watch_hands(std::shared_ptr<HandsConnection> hands);
  asio::awaitable<void> keep_engine();
  asio::awaitable<void> try_engine();
  asio::awaitable<bool> reach(std::shared_ptr<EngineConnection> engine, const Endpoint& place);
  asio::awaitable<void> hear_engine(std::shared_ptr<EngineConnection> engine);
  asio::awaitable<void> beat(std::shared_ptr<EngineConnection> engine);
  asio::awaitable<void> pause(asio::steady_timer& timer, std::chrono::milliseconds wait);
  bool hands_answer() const { return hands_ && hands_->pulse.beats(); }
  void take_up(const Frame& frame);
  void take_answer();
  void take_down(EngineConnection& engine, const Frame& frame);
  void ask_for_renewal(EngineConnection& engine, const tls::Certificate& certificate);
  void take_renewed(EngineConnection& engine, const std::string& body);
  void take_refusal(const std::string& body);
  void drop_engine();
  void stop();
  void note_exception(const std::exception_ptr& failure);

  const LinkOptions options_;
  Clock& clock_;
  const StateFiles files_;
  Backoff backoff_;
  std::size_t next_engine_ = 0;
  std::optional<tls::PrivateKey> next_key_;  ///< a certificate was asked for it
  Result<void> ended_;
  bool stopping_ = false;
  bool hurry_ = false;   ///< the hands want a new connection now
  asio::io_context io_;  // outlives what is bound to it
  std::shared_ptr<HandsConnection> hands_;
  std::shared_ptr<EngineConnection> engine_;
  asio::signal_set signals_{io_, SIGTERM, SIGINT};
  asio::steady_timer hands_pause_{io_};
  asio::steady_timer engine_pause_{io_};
};

Result<void> Link::run() {
  TRY(read_passport(files_));
  signals_.async_wait([this](const error_code& error, int) {
    if (!error) stop();
  });
  const auto note = [this](const std::exception_ptr& failure) { note_exception(failure); };
  asio::co_spawn(io_, keep_hands(), note);
  asio::co_spawn(io_, keep_engine(), note);
  io_.run();
  return ended_;
}

void Link::note_exception(const std::exception_ptr& failure) {
  if (!failure) return;
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& thrown) {
    ended_ = fail(Errc::unavailable, std::string("the link met an exception: ") + thrown.what());
  }
  stop();
}

void Link::stop() {
  stopping_ = true;
  signals_.cancel();
  hands_pause_.cancel();
  engine_pause_.cancel();
  drop_engine();
  if (hands_) hands_->cut();
}

void Link::drop_engine() {
  if (engine_) engine_->cut();
}

asio::awaitable<void> Link::pause(asio::steady_timer& timer, std::chrono::milliseconds wait) {
  if (stopping_) co_return;
  error_code cancelled;
  timer.expires_after(wait);
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
}

asio::awaitable<void> Link::keep_hands() {
  while (!stopping_) {
    const auto hands = std::make_shared<HandsConnection>(io_.get_executor());
    error_code error;
    co_await hands->socket.async_connect(options_.socket.string(),
                                         asio::redirect_error(asio::use_awaitable, error));
    if (!error && !stopping_) co_await hear_hands(hands);
    co_await pause(hands_pause_, kHandsPause);
  }
}

asio::awaitable<void> Link::hear_hands(std::shared_ptr<HandsConnection> hands) {
  hands_ = hands;
  asio::co_spawn(io_, framing::send_all(hands->socket, *hands->outbox),
                 [hands](const std::exception_ptr&) { hands->cut(); });
  asio::co_spawn(io_, watch_hands(hands), [hands](const std::exception_ptr&) { hands->cut(); });
  order::FrameReader reader;
  bool open = true;
  while (open) {
    const Result<Frame> frame = co_await framing::read_frame(hands->socket, reader);
    open = frame.has_value();
    if (open) take_up(*frame);
  }
  hands->cut();
  hands_.reset();
  drop_engine();  // a host without hands is not connected
  log::warning("the hands are gone");
}

/// Behind hands that stand still, the engine would wait for what it has given this host.
asio::awaitable<void> Link::watch_hands(std::shared_ptr<HandsConnection> hands) {
  error_code cancelled;
  while (!cancelled) {
    const auto now = std::chrono::steady_clock::now();
    if (hands->pulse.stops(now, options_.hands_silence_max)) {
      log::warning("the hands do not answer; the engine's connection is ended until they do",
                   {{"milliseconds", static_cast<std::int64_t>(options_.hands_silence_max.count())}});
      drop_engine();
    }
    if (!hands->pulse.awaits_answer()) {
      if (!hands->outbox->push({FrameType::ping, ""})) co_return hands->cut();
      hands->pulse.ask(now);
    }
    hands->heartbeat.expires_after(options_.hands_ping_interval);
    co_await hands->heartbeat.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
  }
}

asio::awaitable<void> Link::keep_engine() {
  while (!stopping_) {
    if (!hands_answer()) {
      co_await pause(engine_pause_, options_.backoff_most);
      continue;
    }
    hurry_ = false;
    co_await try_engine();
    if (!hurry_ && hands_) co_await pause(engine_pause_, backoff_.next());
  }
}

/// One connection from its beginning to its end.
asio::awaitable<void> Link::try_engine() {
  const auto passport = read_passport(files_);
  if (!passport) {
    log::error("the link cannot introduce itself", {{"why", passport.error().text()}});
    co_return;
  }
  const Endpoint& place = passport->engines[next_engine_ % passport->engines.size()];
  engine_ = std::make_shared<EngineConnection>(io_.get_executor(),
                                               asio::ssl::context(passport->context.shared_handle()));
  const auto engine = engine_;
  const bool reached = co_await reach(engine, place);
  if (reached) {
    asio::co_spawn(io_, framing::send_all(engine->stream, *engine->outbox),
                   [engine](const std::exception_ptr&) { engine->cut(); });
    asio::co_spawn(io_, beat(engine), [engine](const std::exception_ptr&) { engine->cut(); });
    ask_for_renewal(*engine, passport->credentials.certificate);
    co_await hear_engine(engine);
  }
  engine->cut();
  if (!engine->welcomed) ++next_engine_;
  engine_.reset();
}

asio::awaitable<bool> Link::reach(std::shared_ptr<EngineConnection> engine, const Endpoint& place) {
  engine->expect_within(options_.connect_wait);
  error_code error;
  const asio::ip::tcp::endpoint endpoint(asio::ip::make_address(place.host, error), place.port);
  if (!error)
    co_await engine->stream.lowest_layer().async_connect(endpoint,
                                                         asio::redirect_error(asio::use_awaitable, error));
  if (!error)
    co_await engine->stream.async_handshake(asio::ssl::stream_base::client,
                                            asio::redirect_error(asio::use_awaitable, error));
  if (error) {
    const std::string problem = tls::verification_problem(engine->stream.native_handle());
    log::warning("the engine is not reached",
                 {{"engine", text_of(place)}, {"why", problem.empty() ? error.message() : problem}});
    co_return false;
  }
  engine->stream.lowest_layer().set_option(asio::ip::tcp::no_delay(true), error);
  engine->expect_within(options_.silence_max);
  log::info("the engine is reached", {{"engine", text_of(place)}});
  co_return true;
}

asio::awaitable<void> Link::hear_engine(std::shared_ptr<EngineConnection> engine) {
  order::FrameReader reader;
  while (true) {
    const Result<Frame> frame = co_await framing::read_frame(engine->stream, reader);
    if (!frame) {
      log::warning("the engine's connection has ended", {{"why", frame.error().text()}});
      co_return;
    }
    engine->expect_within(options_.silence_max);
    take_down(*engine, *frame);
  }
}

asio::awaitable<void> Link::beat(std::shared_ptr<EngineConnection> engine) {
  error_code cancelled;
  while (!cancelled) {
    engine->heartbeat.expires_after(options_.ping_interval);
    co_await engine->heartbeat.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    if (!cancelled) engine->outbox->push({FrameType::ping, ""});
  }
}

void Link::take_answer() {
  if (!hands_ || !hands_->pulse.answer()) return;
  log::info("the hands answer", {{"socket", options_.socket.string()}});
  engine_pause_.cancel();
}

void Link::take_up(const Frame& frame) {
  switch (frame.type) {
    case FrameType::pong:
      return take_answer();
    case FrameType::reconnect:
      hurry_ = true;
      engine_pause_.cancel();
      return drop_engine();
    case FrameType::hello:
    case FrameType::report:
    case FrameType::ping:
      if (engine_ && engine_->welcomed && !engine_->outbox->push(frame)) drop_engine();
      return;
    default:
      log::warning("the hands sent a frame that no engine takes",
                   {{"type", static_cast<std::int64_t>(std::to_underlying(frame.type))}});
  }
}

void Link::take_down(EngineConnection& engine, const Frame& frame) {
  switch (frame.type) {
    case FrameType::pong:
      if (frame.body.empty()) return;  // of this link's own ping
      break;
    case FrameType::refused:
      return take_refusal(frame.body);
    case FrameType::renewed:
      return take_renewed(engine, frame.body);
    case FrameType::welcome:
      engine.welcomed = true;
      backoff_.reset();
      break;
    case FrameType::order:
      break;
    default:
      log::warning("the engine sent a frame that no host takes",
                   {{"type", static_cast<std::int64_t>(std::to_underlying(frame.type))}});
      return engine.cut();
  }
  if (!hands_ || !hands_->outbox->push(frame)) engine.cut();
}

void Link::take_refusal(const std::string& body) {
  const auto refused = enrolment::decode_refused(body);
  if (!refused) return;
  log::error("the engine refuses this host", {{"why", refused->why}, {"final", refused->final}});
  if (!refused->final) return;
  ended_ = fail(Errc::denied, "the engine refuses this host: " + refused->why);
  stop();
}

void Link::ask_for_renewal(EngineConnection& engine, const tls::Certificate& certificate) {
  next_key_.reset();
  if (!is_to_be_renewed(certificate, clock_.now())) return;
  auto key = tls::PrivateKey::generate();
  auto request = key ? tls::new_request(*key, certificate.name()) : std::unexpected(key.error());
  if (!request) return log::error("no new certificate can be asked for", {{"why", request.error().text()}});
  next_key_ = *std::move(key);
  engine.outbox->push({FrameType::renew, enrolment::encode(enrolment::Renew{*std::move(request)})});
}

void Link::take_renewed(EngineConnection& engine, const std::string& body) {
  const auto installed = [&]() -> Result<void> {
    if (!next_key_) return fail(Errc::invalid, "nobody asked for it");
    const auto renewed = TRY(enrolment::decode_renewed(body));
    return replace_pair(files_.link, *next_key_, TRY(tls::Certificate::from_pem(renewed.certificate)));
  }();
  next_key_.reset();
  if (!installed) return log::error("a new certificate was not taken", {{"why", installed.error().text()}});
  log::info("this host has a new certificate");
  hurry_ = true;
  engine.cut();
}

}  // namespace

Result<void> run_link(const LinkOptions& options, Clock& clock) { return Link(options, clock).run(); }

}  // namespace riposte::agent
