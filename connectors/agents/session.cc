#include "connectors/agents/session.h"

#include <array>

#include <boost/asio/co_spawn.hpp>
#include <sodium.h>

#include "engine/base/log.h"
#include "engine/framing/frame_stream.h"
#include "engine/tls/context.h"

namespace riposte::agents {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using order::Frame;
using order::FrameType;

/// For a refusal to be read before the connection is gone.
constexpr std::chrono::milliseconds kLinger{1000};

order::Nonce new_nonce() {
  order::Nonce nonce{};
  randombytes_buf(nonce.data(), nonce.size());
  return nonce;
}

}  // namespace

Session::Session(Socket socket, asio::ssl::context& context, SessionGround& ground)
    : ground_(ground),
      stream_(std::move(socket), context),
      outbox_(std::make_shared<framing::Outbox>(stream_.get_executor(), kOutboxBounds)),
      patience_(stream_.get_executor()) {
  error_code ignored;
  peer_ = stream_.lowest_layer().remote_endpoint(ignored).address().to_string();
  stream_.lowest_layer().set_option(asio::ip::tcp::no_delay(true), ignored);
}

asio::awaitable<void> Session::run() {
  const auto self = shared_from_this();
  expect_within(ground_.times.handshake);
  error_code error;
  co_await stream_.async_handshake(asio::ssl::stream_base::server,
                                   asio::redirect_error(asio::use_awaitable, error));
  if (error) {
    const std::string problem = tls::verification_problem(stream_.native_handle());
    ground_.refused("handshake");
    log::debug("a TLS handshake failed",
               {{"peer", peer_}, {"why", problem.empty() ? error.message() : problem}});
  } else {
    const auto shown = tls::peer_certificate(stream_.native_handle());
    if (shown) {
      co_await serve(*shown);
    } else {
      co_await enrol();
    }
  }
  cut();
}

void Session::cut() {
  error_code ignored;
  patience_.cancel();
  outbox_->close();
  stream_.lowest_layer().close(ignored);
}

void Session::look_again() {
  if (is_stranger() || ground_.registry.find_certificate(fingerprint_)) return;
  log::info("a host was cut off: its certificate counts no more", {{"machine_id", machine_id_}});
  cut();
}

/// The stranger's only frame.
asio::awaitable<void> Session::enrol() {
  order::FrameReader reader;
  const Result<Frame> frame = co_await framing::read_frame(stream_, reader);
  if (!frame) co_return;
  const auto answer = [&]() -> Result<enrolment::Enrolled> {
    if (frame->type != FrameType::enrol)
      return fail(Errc::denied, "a host without a certificate can only ask to be enrolled");
    const auto asked = TRY(order::decode_signed<order::Domain::enrolment>(frame->body));
    return ground_.desk.enrol(asked, ground_.clock.now());
  }();
  if (!answer) {
    log::warning("an enrolment was refused", {{"peer", peer_}, {"why", answer.error().text()}});
    co_await refuse("enrolment", answer.error().text(), true);
    co_return;
  }
  const std::string bytes = order::encode(Frame{FrameType::enrolled, enrolment::encode(*answer)});
  const bool sent = co_await framing::write_bytes(stream_, bytes);
  if (!sent) log::warning("a host was enrolled and not told", {{"peer", peer_}});
}

asio::awaitable<void> Session::serve(const tls::Certificate& shown) {
  const std::string fingerprint = shown.fingerprint();
  const auto entry = ground_.registry.find_certificate(fingerprint);
  if (!entry) {
    co_await refuse("revoked", "this host's certificate was revoked or replaced; enrol the host anew", true);
    co_return;
  }
  if (!ground_.has_room()) {
    co_await refuse("busy", "the engine has as many hosts connected as it takes", false);
    co_return;
  }
  machine_id_ = entry->machine_id;
  fingerprint_ = fingerprint;
  if (const auto taken_up = ground_.registry.take_up_certificate(machine_id_, fingerprint_); !taken_up)
    log::warning("a new certificate could not be noted", {{"why", taken_up.error().text()}});
  greet();
  co_await converse();
}

void Session::greet() {
  nonce_ = new_nonce();
  const order::Welcome welcome{ground_.keys.fleet, nonce_, ground_.clock.now()};
  outbox_->push({FrameType::welcome, order::encode(welcome)});
  asio::co_spawn(stream_.get_executor(), framing::send_all(stream_, *outbox_),
                 [self = shared_from_this()](const std::exception_ptr&) { self->cut(); });
  expect_within(ground_.times.hello);
}

asio::awaitable<void> Session::converse() {
  order::FrameReader reader;
  while (true) {
    const Result<Frame> frame = co_await framing::read_frame(stream_, reader);
    if (!frame && frame.error().code == Errc::unavailable) co_return;
    const Result<void> taken = frame ? take(*frame) : std::unexpected(frame.error());
    if (taken) continue;
    log::warning("a host's connection was ended",
                 {{"machine_id", machine_id_}, {"peer", peer_}, {"why", taken.error().text()}});
    co_await refuse("frame", taken.error().text(), false);
    co_return;
  }
}

Result<void> Session::take(const Frame& frame) {
  if (greeted_) expect_within(ground_.times.silence);
  switch (frame.type) {
    case FrameType::hello:
      return take_hello(frame.body);
    case FrameType::report:
      return take_report(frame.body);
    case FrameType::ping:
      return take_ping(frame.body);
    case FrameType::renew:
      return take_renewal(frame.body);
    default:
      return fail(Errc::invalid, "a frame of type " + std::to_string(std::to_underlying(frame.type)) +
                                     " is none that a host sends");
  }
}

Result<void> Session::take_hello(const std::string& body) {
  if (greeted_) return fail(Errc::invalid, "a second hello");
  const auto entry = ground_.registry.find(machine_id_);
  if (!entry) return fail(Errc::denied, "the host is not one of the fleet");
  const auto sealed = TRY(order::decode_signed<order::Domain::hello>(body));
  // Hands that were busy answer the welcomes of connections that have ended in the meantime, too.
  if (TRY(order::decode_hello(sealed.bytes)).nonce != nonce_) return {};
  const auto ring = TRY(order::KeyRing::of({{entry->report_key, WallTime{}}}));
  const order::Hello hello = TRY(order::open_hello(sealed, ring, nonce_, ground_.clock.now()));
  if (hello.fleet != ground_.keys.fleet || hello.machine_id != machine_id_ ||
      hello.enrolment != entry->enrolment)
    return fail(Errc::denied,
                "the hello is of another fleet, machine or enrolment; restart the agent's hands");
  greeted_ = true;
  expect_within(ground_.times.silence);
  ground_.arrived(shared_from_this(), *entry, hello);
  return {};
}

/// What the hands sent before they saw the welcome is for an earlier connection; they send it again.
Result<void> Session::take_report(const std::string& body) {
  auto sealed = TRY(order::decode_signed<order::Domain::report>(body));
  if (greeted_) ground_.reported(machine_id_, std::move(sealed));
  return {};
}

Result<void> Session::take_ping(const std::string& body) {
  if (body.empty()) {
    outbox_->push({FrameType::pong, ""});
    return {};
  }
  const order::Nonce asked = TRY(order::decode_ping(body));
  if (!may_pong()) return {};
  const order::Pong pong{ground_.keys.fleet, machine_id_, asked, ground_.clock.now()};
  outbox_->push({FrameType::pong, order::encode(order::sign(pong, ground_.keys.order_key))});
  return {};
}

Result<void> Session::take_renewal(const std::string& body) {
  const auto asked = TRY(enrolment::decode_renew(body));
  const auto renewed = TRY(ground_.desk.renew(machine_id_, asked, ground_.clock.now()));
  outbox_->push({FrameType::renewed, enrolment::encode(renewed)});
  return {};
}

bool Session::may_pong() {
  const auto now = std::chrono::steady_clock::now();
  if (now - pongs_since_ >= std::chrono::seconds(1)) {
    pongs_since_ = now;
    pongs_ = 0;
  }
  return ++pongs_ <= kPongsPerSecondMax;
}

/// Closing at once would take the refusal back before the peer has read it.
asio::awaitable<void> Session::refuse(std::string_view kind, std::string why, bool final) {
  ground_.refused(kind);
  expect_within(kLinger);
  const Frame frame{FrameType::refused, enrolment::encode(enrolment::Refused{std::move(why), final})};
  error_code error;
  if (is_stranger()) {
    const std::string bytes = order::encode(frame);
    co_await framing::write_bytes(stream_, bytes);
    stream_.lowest_layer().shutdown(Socket::shutdown_send, error);
  } else {
    outbox_->push(frame);  // behind what is being written
  }
  std::array<char, 4096> waste{};
  while (!error)
    co_await stream_.async_read_some(asio::buffer(waste), asio::redirect_error(asio::use_awaitable, error));
}

}  // namespace riposte::agents
