/// Single owner of one partition's open actions: facts in, commits and effects out. No thread, no clock, no
/// I/O but reading.
///
/// A turn: absorb, submit, decide, answer and advance as often as there is something; then take_commit(),
/// make it durable, and only then carry out take_effects(). Threads: one.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "engine/lifecycle/step.h"
#include "engine/pipeline/claims.h"
#include "engine/pipeline/detector.h"
#include "engine/pipeline/parking.h"
#include "engine/ports/records.h"

namespace riposte {

class PartitionState {
 public:
  /// Reads the open actions back; what they owe is given out by the next advance(). `claims`: shared with
  /// every other partition.
  static Result<PartitionState> load(Partition id, Records& records,
                                     std::shared_ptr<Claims> claims = std::make_shared<Claims>());

  /// What one record brought about. A duplicate changes nothing; the same id for another event becomes a dead
  /// letter. Errors: of Records.
  Result<void> absorb(Detection detection, WallTime now);
  /// Errors: conflict (the same id for something else), of Records. A repetition answers the action that is
  /// there.
  Result<Action> submit(const Proposed& proposed, WallTime now);
  /// Errors: of step(). A refusal is recorded in the audit.
  Result<Action> decide(const ActionId& id, const Decided& decided, WallTime now);
  /// Records that someone was refused before any decision could be made.
  void note_refusal(const Action& action, const Decided& refused, const std::string& why, WallTime now);
  /// The answer to an effect. One that comes too late changes nothing.
  void answer(const ActionId& id, const Fact& fact, WallTime now, Slots& slots);
  /// The effect was given out, and there will be no answer: it is owed again.
  void owe_again(const ActionId& id);
  /// What waits for this host comes back to its old place.
  void host_connected(const std::string& host);
  /// Lets time act, starts what is queued and gives out what is owed, as far as there are slots.
  void advance(WallTime now, Slots& slots);

  /// The input up to here needs no record of its own yet; see take_commit.
  void seek(const StreamId& stream, Offset next);

  /// Everything since the last one. A position alone is worth a commit only after kPositionLag, or when
  /// `flush` is set.
  Commit take_commit(WallTime now, bool flush = false);
  /// That commit is durable: what is to be carried out now. Each holds a slot.
  std::vector<Effect> take_effects();
  /// The effect could not be given out: it stays owed. Its slot is the caller's again.
  void give_back(const Effect& effect) { owe_again(action_of(effect).id); }

  std::optional<WallTime> next_due() const;
  /// Something is queued or owed and waits for a slot.
  bool waiting() const {
    return !queues_[0].empty() || !queues_[1].empty() || !unresolved_.empty() || parked_.has_busy_hosts();
  }
  std::size_t parked_count() const { return parked_.size(); }
  /// Of those, what waits for a host that is away.
  std::size_t away_count() const { return parked_.size_away(); }
  std::size_t pending_rows() const { return commit_.rows.size() + commit_.dead_letters.size(); }
  /// What guards kept from becoming an action; the caller reports it.
  HeldBack& held_back() { return held_back_; }
  std::size_t open_count() const { return open_.size(); }
  std::size_t open_count(const std::function<bool(const Action&)>& wanted) const;
  std::size_t in_doubt_count() const { return in_doubt_; }
  Partition id() const { return id_; }

  /// Queued orders of a kind that one advance() looks at: those behind wait for the next, so that a long
  /// queue costs no more than a short one.
  static constexpr std::size_t kStartScanMax = 256;
  /// A position that moved without any match is made durable at least this often.
  static constexpr Duration kPositionLag = std::chrono::seconds(1);
  /// Orders to lift something that are looked through when open actions are read back.
  static constexpr std::size_t kMissedLiftingsMax = 10'000;
  /// So long after its time a proof is waited for, as long as its host is away or says nothing.
  static constexpr Duration kProofWaitMax = std::chrono::hours(24);

 private:
  /// What of one detection's chains became no action of this partition.
  struct Links {
    std::map<ActionId, ActionId> passed_over;  ///< swallowed → whom those behind it follow instead
    std::set<ActionId> elsewhere;              ///< another partition makes it and all behind it
  };
  PartitionState(Partition id, Records& records, std::shared_ptr<Claims> claims)
      : id_(id), records_(&records), claims_(std::move(claims)) {
    commit_.partition = id;
  }
  const Action* at_hand(const ActionId& id) const;
  Result<const Action*> known(const ActionId& id, Action& storage);
  Result<const Action*> known_or_claimed(const ActionRequest& request, Action& storage);
  Result<void> make(Proposed& proposed, Links& links, WallTime now);
  bool swallowed(const ActionRequest& request, WallTime now);
  Result<void> await_predecessor(const ActionId& id, WallTime now);
  Result<void> find_missed_endings();
  void tell_followers(const PredecessorEnded& ended, WallTime now);
  void tell_those_before(const FollowerRefused& refused, WallTime now);
  Result<void> find_missed_liftings();
  void call_off_lifted(const Superseded& superseded, WallTime now);
  void write_down_cooldowns(WallTime now, bool flush);
  void admit(Action action);
  bool begins_to_wait(const Action& action) const;
  void apply(Step made);
  void put_in_place(Action action);
  void keep(const ActionId& id, const UndoFailed& failed, WallTime now);
  void record(AuditRecord record);
  void put_row(const Action& action);
  void let_time_act(WallTime now, Slots& slots);
  void ask_about_unresolved(WallTime now, Slots& slots);
  void start_queued(std::map<std::uint64_t, ActionId>& queue, WallTime now, Slots& slots);
  bool start_or_park(const Action& waiting, std::uint64_t place, WallTime now, Slots& slots);
  void have_proved(const Action& action, WallTime now, Slots& slots);
  void give_out(Effect effect, std::uint64_t sequence);
  void await_proof(const Action& action);
  void unpark(const ActionId& id);
  void forget_due(const Action& action);
  void set_due(const Action& action);
  std::map<std::uint64_t, ActionId>& queue_of(const Action& action);
  std::string lane_of(const Action& action) const;
  std::string effect_of(const Action& action) const;
  Fact what_time_does(const Action& action) const;
  void forget_lasting(const Action& action);

  Partition id_;
  Records* records_;
  std::shared_ptr<Claims> claims_;
  std::vector<ActionId> claimed_;  ///< until the commit is durable
  std::unordered_map<ActionId, Action> open_;
  std::set<std::pair<WallTime, ActionId>> due_;
  /// Queued, by the order in which they got there. Scripts wait apart: however many there are, a kill does
  /// not wait behind them.
  std::array<std::map<std::uint64_t, ActionId>, 2> queues_;
  std::unordered_map<ActionId, std::uint64_t> place_;
  std::uint64_t places_given_ = 1;          ///< 0 is no place
  Parking parked_;                          ///< queued or owed, and waiting for a host
  std::vector<ActionId> unresolved_;        ///< executing, and nobody is on it: ask the executor
  std::unordered_set<ActionId> under_way_;  ///< an effect of it has been given out
  std::unordered_set<std::string> busy_;    ///< targets on which something is executing
  std::unordered_map<ActionId, std::vector<ActionId>> followers_;  ///< held, by whom they wait for
  std::vector<PredecessorEnded> missed_endings_;  ///< found when the open actions were read back
  /// Those that await their undo, by what they keep so; the last is the one that lasts longest.
  std::unordered_map<std::string, std::set<std::pair<WallTime, ActionId>>> lasting_;
  std::vector<Superseded> liftings_;         ///< to be told to the other partitions once they are durable
  std::vector<Superseded> missed_liftings_;  ///< found when the open actions were read back
  HeldBack held_back_;
  std::size_t in_doubt_ = 0;
  std::uint64_t audit_sequence_ = 0;

  Commit commit_;
  std::unordered_map<ActionId, std::size_t> row_of_;
  std::vector<Effect> effects_;
  std::optional<StreamPosition> position_;
  bool position_moved_ = false;
  WallTime position_committed_at_{};
};

}  // namespace riposte
