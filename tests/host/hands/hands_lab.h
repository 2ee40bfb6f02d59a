/// The privileged program on a host of the lab, and a test that plays its network program and its engine.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "agent/ledger/ledger.h"
#include "engine/order/frame.h"
#include "engine/order/hello.h"
#include "engine/order/report.h"
#include "tests/support/lab.h"
#include "tests/support/order_samples.h"
#include "tests/support/temporary_directory.h"

namespace riposte::test {

/// How long anything may take that takes milliseconds on an idle machine.
inline constexpr std::chrono::seconds kSoonEnough{10};

inline constexpr std::uint8_t kEngine = 1;

/// The other end of the privileged program's socket.
class Link {
 public:
  explicit Link(const std::filesystem::path& socket);

  void send(const order::Frame& frame) const;
  void order(const order::Order& order, std::uint8_t key = kEngine) const;
  /// As the engine does on a new connection; the hello that answers it.
  std::optional<order::Hello> welcome();
  /// The answer of the engine to a ping.
  void pong(const order::Frame& ping) const;

  std::optional<order::Frame> next(order::FrameType type, std::chrono::milliseconds patience = kSoonEnough);
  std::optional<order::Report> report(std::chrono::milliseconds patience = kSoonEnough);
  /// The other side has ended the connection.
  bool is_cut();

 private:
  bool feed(std::chrono::milliseconds patience);

  OwnedFd socket_;
  order::FrameReader reader_;
  std::vector<order::Frame> waiting_;
};

bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds limit = kSoonEnough);

class HandsLab : public ::testing::Test {
 protected:
  HandsLab();
  void TearDown() override { kill(); }

  /// Every verb is allowed but for one.
  void write_policy(const std::string& more, std::string_view forbidden = {});
  /// `crash_at`: as RIPOSTE_CRASH_AT.
  void start(const std::string& crash_at = {});
  /// Until the program has ended by itself.
  bool has_ended() const;
  /// With its children.
  void kill();
  std::string log() const;
  /// What the journal says while the program does not run.
  agent::Ledger ledger() const;
  /// Names of files in the vault.
  std::vector<std::string> vault() const;
  std::string rules() const { return host_.output_of({"nft", "list", "ruleset"}); }
  std::vector<std::string> command(const std::vector<std::string>& more = {}) const;
  std::filesystem::path at(const std::string& name) const { return folder_.path() / name; }
  std::filesystem::path socket() const { return at("hands.sock"); }

  /// A process on the host; its number there.
  std::int32_t sleeper() const;
  /// One that counts the signals SIGTERM that it gets, and goes on.
  std::int32_t counter_of_terms(const std::string& file) const;
  std::size_t count_in(const std::string& file) const;
  /// 'S', 'T'; '-': there is none.
  char state_of(std::int32_t pid) const;
  bool runs(std::int32_t pid) const { return std::string("RSD").find(state_of(pid)) != std::string::npos; }

  /// With a new action id each.
  static order::Order order_now(order::Command command);
  static order::ProcessTarget target(std::int32_t pid);
  static order::Order kill_order(std::int32_t pid) { return order_now(order::KillProcess{target(pid)}); }

  bool is_left_alone() const;

  TemporaryDirectory folder_;
  Lab lab_;
  Host& host_ = lab_.host("web01");
  pid_t program_ = 0;
  std::vector<std::string> environment_;  ///< of the program: "NAME=value"
};

}  // namespace riposte::test
