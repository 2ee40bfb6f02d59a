/// An engine's end of the channel and the real network program of one host, with hands that a test moves.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "agent/identity/identity.h"
#include "agent/identity/report_key.h"
#include "connectors/agents/server.h"
#include "engine/base/descriptor.h"
#include "engine/order/hello.h"
#include "tests/support/child_process.h"
#include "tests/support/scratch.h"

namespace riposte::test {

inline constexpr std::chrono::seconds kPatience{20};

/// Hands that say hello to every welcome, and keep everything else that comes down.
class FakeHands {
 public:
  FakeHands(const std::filesystem::path& state, const std::filesystem::path& socket);
  ~FakeHands();
  FakeHands(const FakeHands&) = delete;
  FakeHands& operator=(const FakeHands&) = delete;

  void send(const order::Frame& frame);
  /// Pings of the network program are answered when it is over, as by a program that was stopped.
  void stand_still(bool still);
  /// The next frame of that type; nothing when none comes in time.
  std::optional<order::Frame> await(order::FrameType type, std::chrono::milliseconds patience = kPatience);
  std::size_t welcomes();
  order::SignedReport sign_report(const std::string& action);
  const agent::Identity& identity() const { return identity_; }
  /// Before the first welcome: an enrolment that the hello names wrongly.
  void say_enrolment(std::uint64_t enrolment) { identity_.enrolment = enrolment; }

 private:
  void listen();
  void serve(const Descriptor& connection);
  void take(const order::Frame& frame);
  void answer_ping();

  agent::Identity identity_;
  order::SigningKey report_key_;
  Descriptor listener_;
  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<order::Frame> frames_;
  std::size_t welcomes_ = 0;
  int connection_ = -1;
  bool silent_ = false;
  bool is_owed_pong_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

/// What the channel told.
class Told {
 public:
  agents::ChannelEvents events();
  /// Whether there were that many connections, losses or reports, before kPatience is over.
  bool connected(std::size_t count);
  bool lost(std::size_t count);
  std::optional<order::SignedReport> report();
  std::optional<order::Hello> last_hello();

 private:
  bool until(const std::function<bool()>& done);
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<order::Hello> hellos_;
  std::size_t lost_ = 0;
  std::deque<order::SignedReport> reports_;
};

/// Declared first, destroyed last: the programs go before the engine.
struct Fleet {
  Scratch scratch;
  SystemClock clock;
  Metrics metrics;
  agents::FleetKeys keys = *agents::FleetKeys::open(scratch.path() / "fleet", "north", clock.now());
  std::unique_ptr<agents::Registry> registry = *agents::Registry::open(scratch.path() / "fleet" / "agents");
  agents::EnrolmentTokens tokens{scratch.path() / "fleet" / "tokens.json",
                                 keys.authority.certificate().key_hash()};
  std::string user;  ///< whom the link's files are given to; empty: who runs the test
  Told told;
  std::unique_ptr<agents::AgentServer> server = start_server(0);

  std::unique_ptr<agents::AgentServer> start_server(std::uint16_t port, agents::ServerOptions options = {});
  /// Stops it and starts it again at the same place.
  void restart_server();

  std::filesystem::path state() const { return scratch.path() / "state"; }
  std::filesystem::path socket() const { return scratch.path() / "hands.sock"; }
  std::filesystem::path log() const { return scratch.path() / "link.log"; }
  std::string place() const { return "127.0.0.1:" + std::to_string(server->port()); }
  std::string new_token(const std::string& name = "web01");
  std::string user_of_link() const;
  /// The exit code of `riposte-agent enroll`.
  int enroll(const std::string& token, const std::string& name = "web01");
  ChildProcess start_link() const;
  std::string machine_id() const { return "5d0c6b1e7b4f4a3c9a56f54f9b6c3aa1"; }
};

}  // namespace riposte::test
