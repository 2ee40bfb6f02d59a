/// One peer of the engine's channel, from its handshake to its end.
///
/// Who shows no certificate may ask to be enrolled, once; who shows one that the registry does not know is
/// told so. Nobody counts as connected before the hands of the host have said hello, signed. Threads: that of
/// the executor; outbox() is for any.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>

#include "connectors/agents/enrolment_desk.h"
#include "engine/framing/outbox.h"
#include "engine/framing/patience.h"
#include "engine/order/hello.h"

namespace riposte::agents {

class Session;

struct SessionTimes {
  std::chrono::milliseconds handshake{10'000};  ///< also for the one frame of a stranger
  std::chrono::milliseconds hello{10'000};      ///< hands that are starting or busy
  std::chrono::milliseconds silence{45'000};    ///< three pings
};

/// What all sessions share.
struct SessionGround {
  const FleetKeys& keys;
  Registry& registry;
  EnrolmentDesk& desk;
  Clock& clock;
  SessionTimes times;
  /// Whether there is room for one more host with a certificate.
  std::function<bool()> has_room;
  std::function<void(const std::shared_ptr<Session>&, const AgentEntry&, const order::Hello&)> arrived;
  std::function<void(const std::string& machine_id, order::SignedReport)> reported;
  std::function<void(std::string_view why)> refused;  ///< counted
};

class Session : public std::enable_shared_from_this<Session> {
 public:
  using Socket = boost::asio::ip::tcp::socket;
  static constexpr framing::Outbox::Bounds kOutboxBounds{64, std::size_t{1024} * 1024};
  /// An answer costs a signature: a host that asks more often than this is not answered.
  static constexpr int kPongsPerSecondMax = 20;

  Session(Socket socket, boost::asio::ssl::context& context, SessionGround& ground);

  /// Until the peer is gone.
  boost::asio::awaitable<void> run();
  void cut();
  /// Cuts it when its certificate counts no more.
  void look_again();

  framing::Outbox& outbox() { return *outbox_; }
  bool is_stranger() const { return machine_id_.empty(); }
  const std::string& machine_id() const { return machine_id_; }
  const std::string& peer() const { return peer_; }

 private:
  boost::asio::awaitable<void> enrol();
  boost::asio::awaitable<void> serve(const tls::Certificate& shown);
  boost::asio::awaitable<void> converse();
  boost::asio::awaitable<void> refuse(std::string_view kind, std::string why, bool final);
  void greet();
  Result<void> take(const order::Frame& frame);
  Result<void> take_hello(const std::string& body);
  Result<void> take_report(const std::string& body);
  Result<void> take_ping(const std::string& body);
  Result<void> take_renewal(const std::string& body);
  bool may_pong();
  void expect_within(std::chrono::milliseconds wait) { patience_.cut_after(wait, weak_from_this()); }

  SessionGround& ground_;
  boost::asio::ssl::stream<Socket> stream_;
  std::shared_ptr<framing::Outbox> outbox_;
  framing::Patience patience_;
  std::string peer_;
  std::string machine_id_;   ///< empty: a stranger
  std::string fingerprint_;  ///< of the certificate that was shown
  order::Nonce nonce_{};
  bool greeted_ = false;  ///< the hands have said hello
  int pongs_ = 0;
  std::chrono::steady_clock::time_point pongs_since_;
};

}  // namespace riposte::agents
