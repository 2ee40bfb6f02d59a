#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>

#include "agent/files/take_in.h"
#include "agent/hands/child_talk.h"
#include "agent/hands/craft_of_deeds.h"
#include "tests/support/vault_scene.h"
#include "tests/unit/hands/stage.h"

namespace riposte::agent {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;

class DailySweep : public OnStage {
 protected:
  void pass_quietly(Duration time) {
    after_ += time;
    ASSERT_TRUE(steward_->tick(now()));
    end_all({TaskKind::mend});
  }
  std::size_t sweeps() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        world_->began, [](const auto& began) { return began.task.kind == TaskKind::sweep; }));
  }
};

TEST_F(DailySweep, ComesOnceADayAfterTheOneAtTheStart) {
  begin_anew();
  EXPECT_EQ(sweeps(), 1U);
  end_what_starts_begin_with();
  pass_quietly(24h - 1s);
  EXPECT_EQ(sweeps(), 0U);
  pass_quietly(1s);
  EXPECT_EQ(sweeps(), 1U);
  pass_quietly(23h);
  EXPECT_EQ(sweeps(), 1U);
  end_all({TaskKind::sweep});
  pass_quietly(1h);
  EXPECT_EQ(sweeps(), 1U);
}

TEST_F(DailySweep, GoesOnSoonWhereOnePassWasNotEnough) {
  begin_anew();
  for (const auto& began : std::vector(world_->began)) {
    if (began.task.kind != TaskKind::sweep) continue;
    ASSERT_TRUE(
        steward_->take_end(began.id, Ending{{ResultWord::ok, "256", {{kMoreToSweep, "yes"}}}}, now()));
  }
  world_->began.clear();
  EXPECT_EQ(sweeps(), 0U) << "deeds come in between";
  pass_quietly(1s);
  EXPECT_EQ(sweeps(), 1U);
}

TEST_F(DailySweep, BeginsNothingOnceTheProgramEnds) {
  steward_->close();
  pass_quietly(25h);
  EXPECT_EQ(sweeps(), 0U);
}

/// What the child of a sweep does, at a time of the test's choice.
class ASweep : public ::testing::Test {
 protected:
  ASweep() {
    for (const int action : {1, 2}) take(action);
  }
  void take(int action) {
    const std::string name = action_number(action).value();
    EXPECT_TRUE(scene_.take(scene_.write(name, "payload"), name));
  }
  Ending at(Duration later) {
    const Craft craft = craft_of_deeds(scene_.vault_path().string());
    const Instant now{test::kTakenAt + later, kThisBoot, 1h};
    Ending ending;
    ::testing::internal::CaptureStderr();
    do_task(Task::sweeping(), craft, Scene{policy_, ledger_, {}, now},
            {[&](const std::string& bytes) { ending = *read_message(bytes).ending; }, [] { return true; }});
    log_ = ::testing::internal::GetCapturedStderr();
    return ending;
  }
  std::size_t entries() const { return scene_.vault().actions()->size(); }

  test::TemporaryDirectory folder_;
  test::VaultScene scene_{folder_.path()};
  LocalPolicy policy_;
  Ledger ledger_;
  std::string log_;
};

TEST_F(ASweep, DiscardsAfterNinetyDaysAndLogsEachEntry) {
  EXPECT_EQ(at(90 * 24h).result.detail, "0");
  EXPECT_EQ(entries(), 2U);
  const std::string digest = scene_.vault().find(action_number(1).value())->value().sidecar.content.sha256;
  const Ending ending = at(90 * 24h + 1ms);
  EXPECT_EQ(ending.result.word, ResultWord::ok) << ending.result.detail;
  EXPECT_EQ(ending.result.detail, "2");
  EXPECT_FALSE(ending.result.evidence.contains(kMoreToSweep));
  EXPECT_EQ(entries(), 0U);
  for (const int action : {1, 2})
    EXPECT_THAT(log_, AllOf(HasSubstr(action_number(action).value()), HasSubstr(digest),
                            HasSubstr(scene_.path_of(action_number(action).value()))));
}

TEST_F(ASweep, KeepsForAsLongAsThePolicySays) {
  policy_.vault_keep.reset();
  EXPECT_EQ(at(100 * 365 * 24h).result.detail, "0");
  policy_.vault_keep = 24h;
  EXPECT_EQ(at(24h).result.detail, "0");
  EXPECT_EQ(at(25h).result.detail, "2");
}

TEST_F(ASweep, KeepsWhatIsStillToBePutBack) {
  order::Order order = numbered(1, order::QuarantineFile{"/srv/x", {}, {}, {}, {}});
  order.ttl = 24h;
  const Instant due{test::kTakenAt + 24h, kThisBoot, 25h};
  ledger_.apply(Started{order, "", {test::kTakenAt, kThisBoot, 1h}, due});
  ledger_.apply(Done{order.action, {ResultWord::ok, "", {}}, {}, test::kTakenAt});
  EXPECT_EQ(at(91 * 24h).result.detail, "1");
  EXPECT_TRUE(scene_.vault().find(order.action.value())->has_value());
  ledger_.apply(Released{order.action, test::kTakenAt});
  EXPECT_EQ(at(91 * 24h).result.detail, "1");
}

TEST_F(ASweep, SaysThatThereIsMoreThanOnePassTakes) {
  for (int action = 3; action <= 257; ++action) take(action);
  EXPECT_TRUE(at(91 * 24h).result.evidence.contains(kMoreToSweep));
  EXPECT_EQ(at(91 * 24h).result.detail, "1");
}

}  // namespace
}  // namespace riposte::agent
