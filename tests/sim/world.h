/// The whole way of a detection in one thread: the real detector and partition, a log in memory, a clock that
/// the test moves, and hosts that remember what was done to them. Power can fail at any point of a turn.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "engine/pipeline/partition_state.h"
#include "tests/support/memory_records.h"

namespace riposte::test {

/// Where the power may fail during a turn; each is a place where the real process can be killed.
enum class PowerCut : std::uint8_t { none, before_commit, after_commit, before_effect, after_effect };

class World {
 public:
  /// rules: the text of rule files. Throws when one has an error.
  World(std::vector<std::string> rules, Policy policy, WallTime start);

  /// One more record at the end of the input.
  void feed(std::string bytes) { input_.push_back(std::move(bytes)); }
  void advance(Duration step) { now_ += step; }
  void set_time(WallTime now) { now_ = now; }
  WallTime now() const { return now_; }

  /// Reads what has come, commits, acts, takes the answers. False when the power failed.
  bool turn(PowerCut cut = PowerCut::none);
  /// Turns until nothing moves any more at this time.
  void settle();
  /// All memory is gone; what is on record and what was done to the hosts is not.
  void restart();

  Result<Action> decide(const ActionId& id, Decision decision, const std::string& who);
  std::vector<Action> actions();
  Action action(const std::string& event_uid);
  std::vector<AuditRecord> audit();
  MemoryRecords& records() { return records_; }
  PartitionState& partition() { return *partition_; }

  /// How often an order had its effect.
  std::map<ActionId, int> effects;
  /// Orders that had an effect before their `executing` was on record: must stay empty.
  std::vector<ActionId> unrecorded;
  /// What verifiers say of an action; proven unless told otherwise.
  std::map<ActionId, Proof::Kind> proofs;
  /// How an order ends; well, unless told otherwise.
  std::function<Outcome::Kind(const Action&)> outcome = [](const Action&) { return Outcome::Kind::ok; };
  /// Names of the templates whose orders had an effect, in the order of the effects.
  std::vector<std::string> sequence;
  /// Orders that had an effect before the completion of the one before them was on record: must stay empty.
  std::vector<ActionId> overtook;
  /// Verifications that were asked for.
  int checks = 0;

 private:
  class Hands : public Slots {
   public:
    Seat take(const Action&) override {
      if (free == 0) return {Seat::Kind::busy};
      --free;
      return {};
    }
    int free = 4;
  };
  struct Answered {
    ActionId id;
    Fact fact;
  };
  bool commit(PowerCut cut);
  void read_input();
  bool order_is_right(const Action& order);
  void carry_out(const Effect& effect);

  Policy policy_;
  ActionCatalogue catalogue_;
  std::shared_ptr<const RuleSet> rules_;
  MemoryRecords records_;
  WallTime now_;
  std::vector<std::string> input_;
  const StreamId stream_{"world"};

  // What a restart loses.
  std::unique_ptr<Detector> detector_;
  std::unique_ptr<PartitionState> partition_;
  std::size_t next_input_ = 0;
  std::deque<Answered> answers_;
  Hands hands_;
};

/// An Elastic alert that names a process of host "ward-7".
std::string alert(const std::string& uid, int pid, const std::string& severity = "high",
                  const std::string& name = "xmrig");

}  // namespace riposte::test
