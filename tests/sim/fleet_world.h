/// One partition and the hosts that it gives its orders to: they come and go, lose answers and get orders
/// twice. One thread, a log in memory, a clock that the test moves.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "engine/pipeline/partition_state.h"
#include "engine/pipeline/remote_track.h"
#include "tests/support/memory_records.h"

namespace riposte::test {

/// Obeys the contract of ports/remote_hands.h; the test decides when something arrives.
class FakeFleet final : public RemoteHands {
 public:
  struct Host {
    bool connected = false;
    std::map<ActionId, std::uint32_t> ran;       ///< the attempt that had the effect
    std::map<ActionId, std::uint32_t> disowned;  ///< this attempt and all before it never run
    std::map<ActionId, int> effects;
  };

  Route route(const Action& action) const override;
  void give(Effect effect, Answer answer) override;
  void recorded(const Action& action) override { on_record.push_back(action); }
  Result<std::optional<Preview>> preview(const ActionRequest&) override { return std::nullopt; }
  void on_connected(Connected tell) override { tell_ = std::move(tell); }

  void connect(const std::string& host);
  /// What is under way comes to nothing here, though some of it may have reached the host.
  void cut(const std::string& host);
  /// The oldest order under way reaches its host; its answer gets lost with the connection, or comes.
  void deliver(bool twice = false);
  std::size_t under_way() const { return flights_.size(); }

  std::map<std::string, Host> hosts;
  /// Given a second time although nobody had asked what became of the first: must stay empty.
  std::vector<ActionId> unprobed;
  std::vector<Action> on_record;
  std::size_t most_under_way = 0;

 private:
  struct Flight {
    std::string host;
    Effect effect;
    Answer answer;
  };
  Fact carry_out(Host& host, const Effect& effect);

  std::deque<Flight> flights_;
  std::map<ActionId, bool> may_have_left_;
  Connected tell_;
};

class FleetWorld {
 public:
  explicit FleetWorld(WallTime start) : now_(start) { restart(); }

  void propose(const ActionRequest& request);
  /// Takes the answers, decides, commits, gives out.
  void turn();
  void advance(Duration step) { now_ += step; }
  WallTime now() const { return now_; }
  /// All memory of the engine is gone; the hosts keep theirs.
  void restart();
  Action action(const ActionId& id) { return **records_.find(id); }
  std::vector<Action> actions() { return *records_.list({.limit = 100'000}); }
  PartitionState& partition() { return *partition_; }

  FakeFleet fleet;
  /// Effects that the engine's own executors were given; they are done at once.
  std::vector<ActionId> here;

 private:
  class Lanes : public Slots {
   public:
    explicit Lanes(RemoteTrack& remote) : remote_(remote) {}
    Seat take(const Action& action) override {
      if (auto seat = remote_.take(action)) return *std::move(seat);
      return {};
    }

   private:
    RemoteTrack& remote_;
  };

  WallTime now_;
  MemoryRecords records_;
  std::unique_ptr<PartitionState> partition_;
  std::unique_ptr<RemoteTrack> track_;
  std::vector<Answer> answers_;
  std::vector<std::string> came_;
};

/// An order for one host; `number` tells it from others.
ActionRequest order_for(const std::string& host, int number, Duration pickup_deadline);

}  // namespace riposte::test
