#include <fstream>

#include <gmock/gmock.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "agent/ledger/journal.h"
#include "tests/host/hands/containment_lab.h"

namespace riposte::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

/// How long containment lasts: over a boot, and no longer than its time.
class Lasting : public ContainmentLab {
 protected:
  /// What is owed from before comes first.
  order::Report answer_to_verification(Link& link) const {
    std::optional<order::Report> report;
    do report = link.report();
    while (report && report->answers != order::Purpose::verify);
    EXPECT_TRUE(report) << log();
    return report.value_or(order::Report{});
  }
  std::uint64_t sequence_of_journal() const {
    const auto journal =
        agent::Journal::open(at("state") / "journal", sample_order().machine_id, [](const agent::Entry&) {});
    return journal ? journal->sequence() : 0;
  }
  bool is_written_down(std::uint64_t sequence) const {
    Link link(socket());
    return eventually([&] {
      const auto hello = link.welcome();
      return hello && hello->journal_sequence >= sequence;
    });
  }
  /// What the machine's memory had is lost, and the kernel gives itself another name.
  void reboot() {
    kill();
    host_.output_of({"nft", "flush", "ruleset"});
    std::ofstream(at("boot_id")) << "5a1c2b3d-0000-4000-8000-0123456789ab\n";
    host_.output_of({"mount", "--bind", at("boot_id"), "/proc/sys/kernel/random/boot_id"});
  }
  /// As if everything that holds had been begun so much earlier.
  void let_times_pass(Duration time) const {
    std::vector<agent::Entry> entries;
    const auto path = at("state") / "journal";
    ASSERT_TRUE(agent::Journal::open(path, sample_order().machine_id,
                                     [&](const agent::Entry& entry) { entries.push_back(entry); }));
    for (agent::Entry& entry : entries)
      if (auto* started = std::get_if<agent::Started>(&entry); started != nullptr && started->undo_due)
        started->undo_due = agent::later(*started->undo_due, -time);
    std::filesystem::remove(path);
    ASSERT_TRUE(
        agent::Journal::open(path, sample_order().machine_id, [](const agent::Entry&) {})->append(entries));
  }
  /// By an engine that is away again when it returns.
  void block_and_isolate() const {
    Link link(socket());
    ASSERT_TRUE(link.welcome()) << log();
    link.order(block());
    ASSERT_EQ(link.report()->result.word, ResultWord::ok) << log();
    be_isolated_by(link, isolate());
  }
};

TEST_F(Lasting, IsBackAfterARebootBeforeAnybodyAsks) {
  start();
  {
    Link link(socket());
    link.order(block());
    ASSERT_EQ(link.report()->result.word, ResultWord::ok) << log();
  }
  kill();
  host_.output_of({"nft", "flush", "ruleset"});
  EXPECT_EQ(rules(), "");
  start();
  EXPECT_TRUE(eventually([this] { return is_blocked(); })) << log();
}

/// No engine and no network program has come up by then.
TEST_F(Lasting, IsWholeAgainAfterTheMachineHasBooted) {
  const Listener door(host_, lan_.v4(host_));
  start();
  block_and_isolate();
  reboot();
  EXPECT_EQ(rules(), "");
  EXPECT_EQ(knock(attacker_, door), Knock::answered);
  start();
  EXPECT_TRUE(eventually([this] { return is_blocked() && is_isolated(); })) << log();
  EXPECT_EQ(knock(attacker_, door), Knock::silent);
  EXPECT_EQ(knock(manager_, door), Knock::silent);
  kill();
  EXPECT_EQ(ledger().holdings().size(), 2U);
}

TEST_F(Lasting, IsInForceBeforeWhoWaitsForTheProgramIsToldThatItIsReady) {
  start();
  {
    Link link(socket());
    link.order(block());
    ASSERT_EQ(link.report()->result.word, ResultWord::ok) << log();
  }
  reboot();
  const OwnedFd told(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  at("notify").native().copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(told.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  environment_ = {"NOTIFY_SOCKET=" + at("notify").string()};
  start();
  pollfd polled{told.get(), POLLIN, 0};
  ASSERT_EQ(::poll(&polled, 1, 10'000), 1) << log();
  EXPECT_TRUE(is_blocked()) << log();
  std::string text(64, '\0');
  text.resize(static_cast<std::size_t>(::recv(told.get(), text.data(), text.size(), 0)));
  EXPECT_EQ(text, "READY=1");
}

/// The number belongs to another process by then, whatever it does.
TEST_F(Lasting, OfAProcessIsNotKeptOverABootAndHitsNoStranger) {
  const auto suspended = sleeper();
  order::Order suspension = order_now(order::SuspendProcess{target(suspended)});
  suspension.ttl = 1h;
  start();
  {
    Link link(socket());
    link.order(suspension);
    ASSERT_EQ(link.report()->result.word, ResultWord::ok) << log();
  }
  reboot();
  host_.output_of({"kill", "-CONT", std::to_string(suspended)});
  start();
  Link link(socket());
  ASSERT_TRUE(link.welcome()) << log();
  EXPECT_TRUE(runs(suspended)) << "it was stopped by its number";
  order::Order verification = suspension;
  verification.purpose = order::Purpose::verify;
  link.order(verification);
  const auto verified = answer_to_verification(link);
  EXPECT_EQ(verified.finding, order::Finding::disproven);
  EXPECT_THAT(verified.result.detail, HasSubstr("the machine has booted since"));
  host_.output_of({"kill", "-STOP", std::to_string(suspended)});
  kill();
  let_times_pass(2h);
  const std::uint64_t known = sequence_of_journal();
  start();
  EXPECT_TRUE(is_written_down(known + 1)) << log();
  kill();
  EXPECT_EQ(ledger().holdings().size(), 0U);
  EXPECT_EQ(state_of(suspended), 'T') << "what somebody else stopped runs again";
}

TEST_F(Lasting, EndsByItselfWhenNoEngineEndsIt) {
  start();
  block_and_isolate();
  kill();
  start();
  ASSERT_TRUE(eventually([this] { return is_blocked() && is_isolated(); })) << log();
  kill();
  let_times_pass(10h);
  const std::uint64_t known = sequence_of_journal();
  start();
  EXPECT_TRUE(eventually([this] { return rules().empty(); })) << log();
  EXPECT_TRUE(is_written_down(known + 2)) << log();
  EXPECT_EQ(knock(attacker_, Listener(host_, lan_.v4(host_))), Knock::answered);
  kill();
  EXPECT_EQ(ledger().holdings().size(), 0U);
}

}  // namespace
}  // namespace riposte::test
