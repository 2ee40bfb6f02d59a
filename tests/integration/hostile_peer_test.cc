#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include "engine/enrolment/enrolment.h"
#include "engine/tls/context.h"
#include "engine/tls/request.h"
#include "tests/integration/fleet.h"

namespace riposte {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using order::Frame;
using order::FrameType;
using test::Fleet;

/// A blocking TLS client that says what it likes.
class Peer {
 public:
  Peer(std::uint16_t port, const tls::Context& context)
      : context_(context.shared_handle()), stream_(io_, context_) {
    const timeval patience{10, 0};
    stream_.lowest_layer().connect({asio::ip::address_v4::loopback(), port});
    ::setsockopt(stream_.lowest_layer().native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    stream_.handshake(asio::ssl::stream_base::client, error_);
  }

  bool let_in() const { return !error_; }
  void send(const std::string& bytes) { asio::write(stream_, asio::buffer(bytes), error_); }
  void send(const Frame& frame) { send(order::encode(frame)); }
  /// The next frame; nothing when the server has ended the connection.
  std::optional<Frame> read() {
    std::array<char, 4096> bytes{};
    while (true) {
      auto frame = reader_.next();
      if (!frame) return std::nullopt;
      if (frame->has_value()) return *frame;
      const std::size_t count = stream_.read_some(asio::buffer(bytes), error_);
      if (error_) return std::nullopt;
      reader_.feed(std::string_view(bytes.data(), count));
    }
  }
  bool ended() {
    while (read()) {
    }
    return static_cast<bool>(error_) && error_ != asio::error::would_block;
  }

 private:
  asio::io_context io_;
  asio::ssl::context context_;
  asio::ssl::stream<tcp::socket> stream_;
  order::FrameReader reader_;
  boost::system::error_code error_;
};

struct HostilePeer : testing::Test, Fleet {
  tls::PrivateKey key = *tls::PrivateKey::generate();
  order::SigningKey report_key = order::SigningKey::from_seed(order::new_seed());

  tls::Context stranger() { return *tls::enrolling_context(keys.authority.certificate().key_hash()); }
  /// A host with a certificate of its own, whose hands this test is.
  tls::Context enrolled_host(Duration age = {}) {
    const auto request = *tls::CertificateRequest::from_pem(*tls::new_request(key, "web01"));
    const auto certificate = *keys.authority.sign_agent(request, "m1", clock.now() - age);
    EXPECT_TRUE(registry->enrol({.machine_id = "m1",
                                 .name = "web01",
                                 .report_key = report_key.public_key(),
                                 .certificate_fingerprint = certificate.fingerprint(),
                                 .enrolled_at = clock.now()}));
    return *tls::client_context(key, certificate, keys.authority.certificate(), tls::engine_name("north"));
  }
  Frame enrol(const std::string& token) {
    const enrolment::Enrol asked{.token = token,
                                 .request = *tls::new_request(key, "web01"),
                                 .report_key = report_key.public_key(),
                                 .machine_id = "m1",
                                 .name = "web01"};
    return {FrameType::enrol, order::encode(*enrolment::sign(asked, report_key))};
  }
  Frame hello(const Frame& welcome, const order::SigningKey& by) {
    const auto told_nonce = order::decode_welcome(welcome.body)->nonce;
    const order::Hello said{.fleet = "north",
                            .machine_id = "m1",
                            .enrolment = 1,
                            .journal_id = std::string(32, 'a'),
                            .journal_sequence = 1,
                            .nonce = told_nonce,
                            .at = clock.now()};
    return {FrameType::hello, order::encode(*order::sign(said, by))};
  }
  std::string why(const std::optional<Frame>& frame) {
    if (!frame || frame->type != FrameType::refused) return "not refused";
    return enrolment::decode_refused(frame->body)->why;
  }
  /// The engine still lets its hosts in.
  bool serves() {
    Peer peer(server->port(), stranger());
    peer.send(enrol("no token"));
    return why(peer.read()).find("token") != std::string::npos;
  }
};

TEST_F(HostilePeer, TalkingGarbageToThePortHarmsNobody) {
  asio::io_context io;
  std::vector<tcp::socket> sockets;
  for (const std::string& garbage : {std::string("GET / HTTP/1.1\r\n\r\n"), std::string(100'000, '\0'),
                                     std::string("\x16\x03\x01\xff\xff"), std::string()}) {
    tcp::socket& socket = sockets.emplace_back(io);
    socket.connect({asio::ip::address_v4::loopback(), server->port()});
    boost::system::error_code ignored;
    asio::write(socket, asio::buffer(garbage), ignored);
  }
  EXPECT_TRUE(serves());
}

TEST_F(HostilePeer, WithoutACertificateGetsNothingButOneAnswer) {
  for (const FrameType type : {FrameType::hello, FrameType::report, FrameType::ping, FrameType::renew}) {
    Peer peer(server->port(), stranger());
    peer.send({type, ""});
    EXPECT_NE(why(peer.read()).find("only ask to be enrolled"), std::string::npos);
    EXPECT_TRUE(peer.ended());
  }
  const std::string token = new_token();
  Peer peer(server->port(), stranger());
  peer.send(enrol("wrong"));
  peer.send(enrol(token));
  EXPECT_NE(why(peer.read()).find("token"), std::string::npos);
  EXPECT_FALSE(peer.read());
  EXPECT_FALSE(registry->find("m1"));
  EXPECT_TRUE(tokens.check(token, "web01", clock.now()));
}

TEST_F(HostilePeer, WithoutACertificateHasLittleTime) {
  server = nullptr;
  server = start_server(0, {.handshake_wait = std::chrono::milliseconds(200)});
  Peer silent(server->port(), stranger());
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_TRUE(silent.ended());
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(5));
  asio::io_context io;
  tcp::socket mute(io);
  mute.connect({asio::ip::address_v4::loopback(), server->port()});
  std::array<char, 1> byte{};
  boost::system::error_code error;
  mute.read_some(asio::buffer(byte), error);
  EXPECT_TRUE(error) << "nor has one that does not even begin a handshake";
}

TEST_F(HostilePeer, CannotKeepTheOthersOutByFillingTheHall) {
  asio::io_context io;
  std::vector<tcp::socket> mute;
  for (std::size_t i = 0; i < agents::AgentServer::kStrangersPerAddressMax + 1; ++i)
    mute.emplace_back(io).connect({asio::ip::address_v4::loopback(), server->port()});
  std::array<char, 1> byte{};
  boost::system::error_code error;
  mute.back().read_some(asio::buffer(byte), error);
  EXPECT_EQ(error, asio::error::eof) << "one more than an address may have is turned away at once";
  mute.erase(mute.begin(), mute.begin() + 16);
  bool served = false;
  for (int attempt = 0; attempt < 100 && !served; ++attempt) {
    served = serves();
    if (!served) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_TRUE(served) << "there is room as soon as some are gone";
}

TEST_F(HostilePeer, WithAnExpiredCertificateIsNotLetIn) {
  const auto context = enrolled_host(tls::kAgentCertificateLife + std::chrono::hours(2));
  Peer peer(server->port(), context);
  EXPECT_FALSE(peer.read());
}

TEST_F(HostilePeer, WithAStolenTlsKeyIsNobodyWithoutTheReportKey) {
  const auto context = enrolled_host();
  Peer thief(server->port(), context);
  const auto welcome = thief.read();
  ASSERT_TRUE(welcome);
  thief.send(hello(*welcome, order::SigningKey::from_seed(order::new_seed())));
  EXPECT_NE(why(thief.read()), "not refused");
  EXPECT_TRUE(thief.ended());
  EXPECT_FALSE(told.last_hello());
}

TEST_F(HostilePeer, GetsNowhereWithTheHelloOfAnEarlierConnection) {
  server = nullptr;
  server = start_server(0, {.hello_wait = std::chrono::milliseconds(500)});
  const auto context = enrolled_host();
  Frame overheard;
  {
    Peer honest(server->port(), context);
    overheard = hello(*honest.read(), report_key);
    honest.send(overheard);
    ASSERT_TRUE(told.connected(1));
  }
  ASSERT_TRUE(told.lost(1));
  Peer thief(server->port(), context);
  ASSERT_TRUE(thief.read());
  thief.send(overheard);
  EXPECT_TRUE(thief.ended());
  EXPECT_FALSE(server->is_connected("m1"));
  Peer late(server->port(), context);
  const auto welcome = late.read();
  late.send(overheard);
  late.send(hello(*welcome, report_key));
  EXPECT_TRUE(told.connected(2)) << "hands that answer two welcomes at once are no thieves";
}

TEST_F(HostilePeer, ThatSaysNoHelloIsCutOff) {
  server = nullptr;
  server = start_server(0, {.hello_wait = std::chrono::milliseconds(300)});
  Peer peer(server->port(), enrolled_host());
  ASSERT_TRUE(peer.read());
  for (int i = 0; i < 3; ++i) peer.send({FrameType::ping, ""});
  EXPECT_TRUE(peer.ended()) << "pings are no hello";
  EXPECT_FALSE(server->is_connected("m1"));
}

TEST_F(HostilePeer, ThatFallsSilentIsCutOff) {
  server = nullptr;
  server = start_server(0, {.silence_max = std::chrono::milliseconds(500)});
  Peer peer(server->port(), enrolled_host());
  peer.send(hello(*peer.read(), report_key));
  ASSERT_TRUE(told.connected(1));
  EXPECT_TRUE(told.lost(1));
}

TEST_F(HostilePeer, ThatSendsWhatNoHostSendsIsCutOff) {
  const auto context = enrolled_host();
  for (const std::string& bytes :
       {order::encode(Frame{FrameType::order, "x"}), order::encode(Frame{FrameType::enrol, "x"}),
        order::encode(Frame{FrameType::report, "x"}), order::encode(Frame{FrameType::ping, "short"}),
        order::encode(Frame{FrameType::renew, "x"}), std::string("\xff"),
        std::string("\x03\xff\xff\xff\xff")}) {
    Peer peer(server->port(), context);
    const auto welcome = peer.read();
    ASSERT_TRUE(welcome);
    peer.send(hello(*welcome, report_key));
    peer.send(bytes);
    EXPECT_NE(why(peer.read()), "not refused");
    EXPECT_TRUE(peer.ended());
  }
  EXPECT_TRUE(serves());
}

TEST_F(HostilePeer, ThatTakesNothingFillsItsOutboxAndNobodyElses) {
  Peer peer(server->port(), enrolled_host());
  peer.send(hello(*peer.read(), report_key));
  ASSERT_TRUE(told.connected(1));
  const Frame large{FrameType::order, std::string(order::kFrameBytesMax, 'x')};
  std::size_t taken = 0;
  constexpr std::size_t kFarMoreThanSocketsHold = 2000;
  while (taken < kFarMoreThanSocketsHold && server->send("m1", large)) ++taken;
  EXPECT_LT(taken, kFarMoreThanSocketsHold);
  EXPECT_FALSE(server->send("m2", large));
  EXPECT_TRUE(serves());
}

TEST_F(HostilePeer, ThatAsksForPongsWithoutEndGetsSoManyASecond) {
  Peer peer(server->port(), enrolled_host());
  ASSERT_TRUE(peer.read());
  constexpr int kAsked = 60;
  const Frame ping{FrameType::ping, order::encode(order::Nonce{})};
  std::string bytes;
  for (int i = 0; i < kAsked; ++i) bytes += order::encode(ping);
  peer.send(bytes + order::encode(Frame{FrameType::ping, ""}));
  int pongs = 0;
  for (auto frame = peer.read(); frame && !frame->body.empty(); frame = peer.read()) ++pongs;
  EXPECT_GT(pongs, 0);
  EXPECT_LT(pongs, kAsked) << "the rest cost nothing";
}

TEST_F(HostilePeer, BeyondTheRoomOfTheEngineIsToldSo) {
  server = nullptr;
  server = start_server(0, {.sessions_max = 1});
  const auto context = enrolled_host();
  Peer first(server->port(), context);
  ASSERT_TRUE(first.read());
  Peer second(server->port(), context);
  const auto refused = second.read();
  ASSERT_TRUE(refused);
  EXPECT_NE(why(refused).find("as many hosts"), std::string::npos);
  EXPECT_FALSE(enrolment::decode_refused(refused->body)->final);
}

}  // namespace
}  // namespace riposte
