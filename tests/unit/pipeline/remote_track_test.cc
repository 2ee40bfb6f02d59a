#include "engine/pipeline/remote_track.h"

#include <gtest/gtest.h>

#include "tests/support/action_builder.h"

namespace riposte {
namespace {

using namespace test;

/// Every host is there; answers when the test says so.
class PatientHands final : public RemoteHands {
 public:
  Route route(const Action& action) const override {
    if (action.host == "engine") return {};
    return {Reach::connected, action.host, {{kBoundHost, action.host}}, ""};
  }
  void give(Effect, Answer answer) override { answers.push_back(std::move(answer)); }
  void recorded(const Action&) override {}
  Result<std::optional<Preview>> preview(const ActionRequest&) override { return std::nullopt; }
  void on_connected(Connected) override {}

  std::vector<Answer> answers;
};

class RemoteTracks : public testing::Test {
 protected:
  static Action order(const std::string& host, int number) {
    Action action = queued_action();
    action.host = host;
    action.id = ActionId(host + std::to_string(number));
    return action;
  }
  Seat::Kind take(const std::string& host, int number) { return track_.take(order(host, number))->kind; }

  PatientHands hands_;
  std::vector<Answer> posted_;
  RemoteTrack track_{hands_, [this](Answer answer) { posted_.push_back(std::move(answer)); }};
};

TEST_F(RemoteTracks, GiveOneHostNoMoreThanItsShare) {
  for (std::size_t i = 0; i < RemoteTrack::kPerHost; ++i)
    ASSERT_EQ(take("web01", static_cast<int>(i)), Seat::Kind::taken);
  EXPECT_EQ(take("web01", 99), Seat::Kind::full);
  EXPECT_EQ(take("web02", 0), Seat::Kind::taken);
}

TEST_F(RemoteTracks, GiveASeatBackWithTheAnswer) {
  for (std::size_t i = 0; i < RemoteTrack::kPerHost; ++i) take("web01", static_cast<int>(i));
  ASSERT_TRUE(track_.run(Dispatch{order("web01", 0)}));
  hands_.answers.front()(Reported{1, {}});
  ASSERT_EQ(posted_.size(), 1U);
  EXPECT_EQ(posted_.front().action, order("web01", 0).id);
  EXPECT_EQ(take("web01", 99), Seat::Kind::taken);
}

TEST_F(RemoteTracks, LeaveToTheEngineWhatIsDoneThere) {
  EXPECT_FALSE(track_.take(order("engine", 0)));
  EXPECT_FALSE(track_.run(Dispatch{order("engine", 0)}));
  EXPECT_TRUE(hands_.answers.empty());
}

TEST_F(RemoteTracks, HearNoAnswerOnceTheyAreStopped) {
  take("web01", 0);
  take("web01", 1);
  track_.run(Dispatch{order("web01", 0)});
  track_.stop();
  hands_.answers.front()(Reported{1, {}});
  EXPECT_TRUE(posted_.empty());
  EXPECT_TRUE(track_.run(Dispatch{order("web01", 1)})) << "it stays owed until the restart";
  EXPECT_EQ(hands_.answers.size(), 1U);
}

}  // namespace
}  // namespace riposte
