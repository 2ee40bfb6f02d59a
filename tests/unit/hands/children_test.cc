#include "agent/hands/children.h"

#include <chrono>
#include <csignal>
#include <thread>

#include <sys/prctl.h>
#include <unistd.h>

#include "tests/unit/hands/stage.h"

namespace riposte::agent {
namespace {

using namespace std::chrono_literals;

/// Real processes with a made-up craft.
class RealChildren : public ::testing::Test {
 protected:
  RealChildren() {
    craft_.make = [](const order::Order&, const Scene& scene) {
      return Piece{
          [] { return std::string(kPlanBytesMax, 'p'); },
          [at = scene.now.wall] { return order::DeedResult{ResultWord::ok, "done at " + iso8601(at), {}}; }};
    };
    craft_.probe = [](const Started& started, const Scene&) {
      return order::DeedResult{ResultWord::ok, started.plan, {}};
    };
    craft_.verify = [](const order::Order&, const Ledger::Known*, const Scene&) -> Ending {
      throw std::runtime_error("no memory");
    };
    craft_.take_back = [](std::span<const ActionId>, const Scene&) -> order::DeedResult {
      ::pause();
      return {};
    };
    craft_.mend_filters = [](const Scene&) -> Result<std::size_t> { return 3; };
    craft_.sweep = [](const Scene&) -> Result<Swept> {
      ::kill(::getpid(), SIGTERM);
      return Swept{};
    };
  }

  Scene scene() const { return {policy_, ledger_, {}, {test::kIssued, kThisBoot, 1h}}; }
  std::vector<Children::News> next_news() {
    const auto until = std::chrono::steady_clock::now() + 10s;
    while (std::chrono::steady_clock::now() < until) {
      auto news = children_.collect();
      if (!news.empty()) return news;
      std::vector<pollfd> polled;
      children_.add_to(polled);
      ::poll(polled.data(), polled.size(), 100);
    }
    ADD_FAILURE() << "no news of any child";
    return std::vector<Children::News>(1);
  }

  LocalPolicy policy_;
  Ledger ledger_;
  Craft craft_;
  Children children_{craft_, STDERR_FILENO};
};

TEST_F(RealChildren, SendTheirPlanWaitForTheGoAndSayHowItEnded) {
  ASSERT_TRUE(children_.start(1, Task::of(TaskKind::carry_out, numbered(1)), scene()));
  const auto plan = next_news();
  ASSERT_TRUE(plan.front().plan);
  EXPECT_EQ(plan.front().plan->size(), kPlanBytesMax);
  std::this_thread::sleep_for(50ms);
  EXPECT_TRUE(children_.collect().empty()) << "it did not wait";
  children_.go(1);
  const auto end = next_news();
  ASSERT_TRUE(end.front().ended);
  ASSERT_TRUE(end.front().ending);
  EXPECT_EQ(end.front().ending->result.detail, "done at " + iso8601(test::kIssued));
}

TEST_F(RealChildren, ThatAreKilledEndWithoutAWord) {
  ASSERT_TRUE(children_.start(7, Task::taking_back({action_number(1)}, numbered(1)), scene()));
  children_.kill(7);
  const auto end = next_news();
  EXPECT_EQ(end.front().id, 7U);
  EXPECT_TRUE(end.front().ended);
  EXPECT_FALSE(end.front().ending);
  children_.kill(7);
  children_.go(7);
  EXPECT_TRUE(children_.collect().empty());
}

TEST_F(RealChildren, ThatFailEndWithoutAWord) {
  ASSERT_TRUE(children_.start(1, Task::of(TaskKind::verify, numbered(1)), scene()));
  const auto end = next_news();
  EXPECT_TRUE(end.front().ended);
  EXPECT_FALSE(end.front().ending);
}

TEST_F(RealChildren, TellHowManyFiltersTheyMended) {
  ASSERT_TRUE(children_.start(1, Task::mending(), scene()));
  EXPECT_EQ(next_news().front().ending->result.detail, "3");
}

/// What a service manager sends to all processes of the service is for the program alone.
TEST_F(RealChildren, DieOfASignalAlthoughTheirProgramWaitsForIt) {
  sigset_t blocked{};
  sigset_t before{};
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
  ASSERT_TRUE(children_.start(1, Task::sweeping(), scene()));
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  EXPECT_FALSE(next_news().front().ending);
}

TEST_F(RealChildren, ProbeOnlyWhatTheJournalKnows) {
  ASSERT_TRUE(children_.start(1, Task::of(TaskKind::probe, numbered(1)), scene()));
  EXPECT_EQ(next_news().front().ending->result.word, ResultWord::unknown);
  ledger_.apply(Started{numbered(1), "as it was", {test::kIssued, kThisBoot, 1h}, {}});
  ASSERT_TRUE(children_.start(2, Task::of(TaskKind::probe, numbered(1)), scene()));
  EXPECT_EQ(next_news().front().ending->result.detail, "as it was");
}

TEST(MessagesOfChildren, AreReadWholeOrNotAtAll) {
  const Ending ending{{ResultWord::ok, "done", {{"a", "b"}}}, order::Finding::proven};
  const std::string bytes = ending_message(ending);
  EXPECT_EQ(read_message(bytes).ending, ending);
  EXPECT_EQ(read_message(plan_message("p")).plan, "p");
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    const FromChild part = read_message(bytes.substr(0, length));
    ASSERT_FALSE(part.ending || part.plan) << length;
  }
  EXPECT_FALSE(read_message(bytes + "x").ending);
}

TEST(MessagesOfChildren, AreCutToWhatAReportHolds) {
  const Ending wide{{ResultWord::ok, std::string(3 * order::kDetailBytesMax, 'd'), {}}, order::Finding::none};
  EXPECT_EQ(read_message(ending_message(wide)).ending->result.detail.size(), order::kDetailBytesMax);
}

}  // namespace
}  // namespace riposte::agent
