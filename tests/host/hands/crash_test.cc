#include <csignal>
#include <fstream>
#include <ostream>

#include <gmock/gmock.h>

#include "agent/ledger/journal.h"
#include "agent/ledger/ledger.h"
#include "tests/host/hands/hands_lab.h"
#include "tests/support/failing_sync.h"

namespace riposte::test {
namespace {

using namespace std::chrono_literals;
using order::Standing;
using ::testing::HasSubstr;

/// What a crash leaves and what the next program makes of it.
struct Crash {
  const char* point;
  std::size_t signals;   ///< that the process got, in both runs together
  ResultWord word;       ///< of the report that follows
  bool runs_afterwards;  ///< when it was given again
};

void PrintTo(const Crash& crash, std::ostream* out) { *out << crash.point; }

class AfterACrash : public HandsLab, public ::testing::WithParamInterface<Crash> {};

/// Whatever came of the order, it is done once at most and reported as it is.
TEST_P(AfterACrash, AnOrderIsDoneOnceAtMostAndReportedAsItIs) {
  start(GetParam().point);
  const auto victim = counter_of_terms("terms");
  const order::Order order = order_now(order::KillProcess{target(victim), false, 300ms});
  {
    Link link(socket());
    link.order(order);
    ASSERT_TRUE(has_ended()) << log();
  }
  EXPECT_THAT(log(), HasSubstr(std::string("killed at crash point ") + GetParam().point));
  start();
  Link link(socket());
  ASSERT_TRUE(link.welcome()) << log();
  link.order(order);
  const auto report = link.report();
  ASSERT_TRUE(report) << log();
  EXPECT_EQ(report->result.word, GetParam().word) << report->result.detail;
  EXPECT_EQ(report->standing, Standing::ended);
  EXPECT_EQ(count_in("terms"), GetParam().signals);
  EXPECT_EQ(runs(victim), GetParam().runs_afterwards);
  link.order(order);
  const auto again = link.report();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->result.word, GetParam().word);
  EXPECT_EQ(count_in("terms"), GetParam().signals);
}

INSTANTIATE_TEST_SUITE_P(AtEveryPoint, AfterACrash,
                         ::testing::Values(Crash{"agent.after_recv", 1, ResultWord::ok, false},
                                           Crash{"agent.after_effect", 1, ResultWord::ok, false},
                                           Crash{"agent.after_done_fsync", 1, ResultWord::ok, false},
                                           Crash{"agent.before_reply", 1, ResultWord::ok, false}));

class ADisownedAttempt : public HandsLab {
 protected:
  /// The next that speaks of this attempt and knows what became of it.
  static std::optional<order::Report> answer_to(Link& link, std::uint32_t attempt) {
    std::optional<order::Report> report;
    do report = link.report();
    while (report && (report->attempt != attempt || report->standing == Standing::started));
    return report;
  }
};

TEST_F(ADisownedAttempt, IsOneThatWasBegunAndHadNoEffectAndTheNextIsCarriedOut) {
  start("agent.after_started_fsync");
  const auto victim = counter_of_terms("terms");
  const order::Order first = order_now(order::KillProcess{target(victim), false, 300ms});
  {
    Link link(socket());
    link.order(first);
    ASSERT_TRUE(has_ended()) << log();
  }
  start();
  Link link(socket());
  ASSERT_TRUE(link.welcome()) << log();
  order::Order question = first;
  question.purpose = order::Purpose::probe;
  link.order(question);
  const auto answer = answer_to(link, 1);
  ASSERT_TRUE(answer) << log();
  EXPECT_EQ(answer->standing, Standing::never_ran) << answer->result.detail;
  EXPECT_EQ(answer->answers, order::Purpose::probe);
  link.order(first);
  const auto late = answer_to(link, 1);
  ASSERT_TRUE(late) << log();
  EXPECT_EQ(late->standing, Standing::never_ran) << late->result.detail;
  EXPECT_TRUE(runs(victim));
  EXPECT_EQ(count_in("terms"), 0U);

  order::Order second = first;
  ++second.attempt;
  link.order(second);
  const auto done = answer_to(link, 2);
  ASSERT_TRUE(done) << log();
  EXPECT_EQ(done->standing, Standing::ended);
  EXPECT_EQ(done->result.word, ResultWord::ok) << done->result.detail;
  EXPECT_EQ(count_in("terms"), 1U);
  EXPECT_FALSE(runs(victim));
}

/// Its disk fails from the second start on; before, there was a journal.
TEST_F(ADisownedAttempt, IsOneWhoseStartCouldNotBeKept) {
  start();
  {
    Link link(socket());
    ASSERT_TRUE(link.welcome()) << log();
  }
  kill();
  const auto victim = counter_of_terms("terms");
  const order::Order first = order_now(order::KillProcess{target(victim), false, 300ms});
  with_failing_sync([&] { start(); });
  {
    Link link(socket());
    link.order(first);
    EXPECT_FALSE(link.report(1s));
    EXPECT_TRUE(has_ended()) << log();
  }
  EXPECT_THAT(log(), HasSubstr("riposte-agent-hands ends"));
  EXPECT_THAT(log(), HasSubstr("syncing: Input/output error"));
  EXPECT_TRUE(runs(victim));
  EXPECT_EQ(count_in("terms"), 0U);

  start();
  Link link(socket());
  ASSERT_TRUE(link.welcome()) << log();
  link.order(first);
  const auto answer = answer_to(link, 1);
  ASSERT_TRUE(answer) << log();
  EXPECT_EQ(answer->standing, Standing::never_ran) << answer->result.detail;
  order::Order second = first;
  ++second.attempt;
  link.order(second);
  const auto done = answer_to(link, 2);
  ASSERT_TRUE(done) << log();
  EXPECT_EQ(done->result.word, ResultWord::ok) << done->result.detail;
  EXPECT_EQ(count_in("terms"), 1U) << "no attempt but the last may have touched it";
}

class TimeToLiveOnAHost : public HandsLab {
 protected:
  /// Stopped by an order, whose time to live was over long ago.
  std::int32_t stopped_for_too_long() {
    start();
    const auto victim = sleeper();
    order::Order order = order_now(order::SuspendProcess{target(victim)});
    order.ttl = 1min;
    {
      Link link(socket());
      link.order(order);
      EXPECT_EQ(link.report()->result.word, ResultWord::ok) << log();
    }
    kill();
    EXPECT_EQ(state_of(victim), 'T');
    rewrite([](agent::Started& started) { started.undo_due = agent::later(*started.undo_due, -1h); });
    return victim;
  }
  /// What the journal says, with other starts.
  void rewrite(const std::function<void(agent::Started&)>& change) {
    std::vector<agent::Entry> entries;
    const auto path = at("state") / "journal";
    ASSERT_TRUE(agent::Journal::open(path, sample_order().machine_id,
                                     [&](const agent::Entry& entry) { entries.push_back(entry); }));
    for (agent::Entry& entry : entries)
      if (auto* started = std::get_if<agent::Started>(&entry)) change(*started);
    std::filesystem::remove(path);
    auto journal = agent::Journal::open(path, sample_order().machine_id, [](const agent::Entry&) {});
    ASSERT_TRUE(journal->append(entries));
  }
  agent::Ledger ledger() const {
    agent::Ledger ledger;
    const auto opened = agent::Journal::open(at("state") / "journal", sample_order().machine_id,
                                             [&](const agent::Entry& entry) { ledger.apply(entry); });
    EXPECT_TRUE(opened) << opened.error().text();
    return ledger;
  }
};

TEST_F(TimeToLiveOnAHost, IsKeptWithoutAnEngine) {
  const auto victim = stopped_for_too_long();
  start();
  EXPECT_TRUE(eventually([&] { return runs(victim); })) << log();
  Link link(socket());
  EXPECT_TRUE(link.welcome());
  kill();
  EXPECT_EQ(ledger().holdings().size(), 0U);
}

TEST_F(TimeToLiveOnAHost, IsKeptWhenACrashComesBetweenTheReleaseAndItsRecord) {
  const auto victim = stopped_for_too_long();
  start("agent.before_release");
  ASSERT_TRUE(has_ended()) << log();
  EXPECT_TRUE(runs(victim));
  EXPECT_EQ(ledger().holdings().size(), 1U);
  start();
  Link link(socket());
  EXPECT_TRUE(link.welcome());
  EXPECT_TRUE(eventually([&] {
    kill();
    const bool over = ledger().holdings().size() == 0;
    start();
    Link(socket()).welcome();
    return over;
  })) << log();
  EXPECT_TRUE(runs(victim));
}

TEST_F(TimeToLiveOnAHost, OutlivesTheShorteningOfTheJournalAndACrashBehindIt) {
  start();
  const auto victim = sleeper();
  order::Order held = order_now(order::SuspendProcess{target(victim)});
  held.ttl = 1h;
  {
    Link link(socket());
    link.order(held);
    ASSERT_EQ(link.report()->result.word, ResultWord::ok) << log();
  }
  kill();
  {
    auto journal =
        agent::Journal::open(at("state") / "journal", sample_order().machine_id, [](const agent::Entry&) {});
    const agent::Started wide{kill_order(1), std::string(agent::kPlanBytesMax, 'p'), {}, {}};
    const agent::Done end{wide.order.action, {ResultWord::error, "no", {}}, {}, {}};
    for (std::size_t bytes = 0; bytes < agent::kCompactBytesMin; bytes += 3 * agent::kPlanBytesMax)
      ASSERT_TRUE(journal->append(std::vector<agent::Entry>{wide, wide, wide, end}));
  }
  const auto before = std::filesystem::file_size(at("state") / "journal");
  start("agent.after_compact");
  ASSERT_TRUE(has_ended()) << log();
  EXPECT_LT(std::filesystem::file_size(at("state") / "journal"), before / 10);
  start();
  Link link(socket());
  ASSERT_TRUE(link.welcome());
  link.order(held);
  std::optional<order::Report> report;
  do report = link.report();
  while (report && !report->already);  // first comes what is owed
  ASSERT_TRUE(report);
  EXPECT_EQ(report->action, held.action);
  EXPECT_EQ(report->result.word, ResultWord::ok);
  EXPECT_EQ(state_of(victim), 'T');
}

class Ends : public HandsLab {};

TEST_F(Ends, WithCode70WhenTheJournalIsDamaged) {
  start();
  {
    Link(socket()).welcome();
  }
  kill();
  {
    auto journal =
        agent::Journal::open(at("state") / "journal", sample_order().machine_id, [](const agent::Entry&) {});
    const agent::Entry entry = agent::FenceRaised{1, 2};
    ASSERT_TRUE(journal->append({&entry, 1}));
    ASSERT_TRUE(journal->append({&entry, 1}));
  }
  std::fstream file(at("state") / "journal", std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(std::filesystem::file_size(at("state") / "journal")) - 60);
  file.put('\x7f');
  file.close();
  const Ran ran = host_.run(command());
  EXPECT_EQ(ran.code, 70) << ran.output;
}

TEST_F(Ends, WithItsChildrenWhenItIsKilled) {
  start("agent.before_act.kill_process:1:600000");
  const auto victim = sleeper();
  const order::Order order = kill_order(victim);
  {
    Link link(socket());
    link.order(order);
    ASSERT_TRUE(eventually(
        [&] { return host_.run({"sh", "-c", "pgrep -P $(pgrep -o -x riposte-agent-h)"}).code == 0; }));
    kill();
  }
  EXPECT_TRUE(eventually([&] { return host_.run({"pgrep", "-x", "riposte-agent-h"}).code != 0; }));
  start();
  Link link(socket());
  ASSERT_TRUE(link.welcome()) << log();
  EXPECT_TRUE(runs(victim));
}

}  // namespace
}  // namespace riposte::test
