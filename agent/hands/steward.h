/// Sees orders through: judged, begun, written down, done, proven, reported. Knows neither processes nor
/// sockets nor clocks, so that a test can be the world around it.
///
/// An order is carried out by a child that looks and sends a plan; the plan is on disk before the child may
/// go on. A child that does not end in time is killed, and another one looks what became of the order.
///
/// Threads: one.
/// Errors:  of any call: corrupt or unavailable, when what has happened could not be written down. The
///          program has to end and start anew from what is on disk.
/// Limits:  kChecksPerSecond signatures; the bounds of Lanes.
/// Source:  docs/decisions/024-agent-hands.md
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/hands/craft.h"
#include "agent/hands/keeper.h"
#include "agent/hands/lanes.h"

namespace riposte::agent {

inline constexpr Duration kPongWait = std::chrono::seconds(5);
/// From the isolation to the answer of the engine over a new connection.
inline constexpr Duration kProofWait = std::chrono::seconds(10);
/// After a start the network program may have to come up first.
inline constexpr Duration kProofWaitAfterStart = std::chrono::seconds(60);
inline constexpr Duration kDriftPeriod = std::chrono::seconds(10);
inline constexpr Duration kSweepPeriod = std::chrono::days(1);
/// Between two passes of one sweep, so that deeds about files come in between.
inline constexpr Duration kSweepPause = std::chrono::seconds(1);
inline constexpr Duration kReleaseRetry = std::chrono::seconds(60);
/// What costs a stolen connection nothing must not cost this host much.
inline constexpr std::uint32_t kChecksPerSecond = 1000;
inline constexpr std::uint32_t kLooksPerSecond = 20;  ///< probes and verifications: each is a process
/// Enough to see what comes; a flood of orders is no flood of lines.
inline constexpr std::uint32_t kLinesPerSecond = 20;
inline constexpr Duration kOwedPeriod =
    std::chrono::seconds(1);  ///< between the owed reports of two welcomes

/// What the steward asks of the world around it.
class World {
 public:
  virtual ~World() = default;
  /// A child for the task. False: there is none to be had.
  virtual bool start(TaskId id, const Task& task, const Scene& scene) = 0;
  /// The plan is on disk.
  virtual void go(TaskId id) = 0;
  /// Its end is told like any other.
  virtual void kill(TaskId id) = 0;
  /// To everybody who is connected.
  virtual void send(const order::Frame& frame) = 0;
  /// To the network program. False: it is not there.
  virtual bool send_to_link(const order::Frame& frame) = 0;
  virtual order::Nonce new_nonce() = 0;
  /// The agent's own processes.
  virtual std::vector<std::int32_t> own() = 0;
};

class Steward {
 public:
  Steward(Keeper keeper, World& world) : keeper_(std::move(keeper)), world_(world) {}

  /// What a crash or a reboot left is looked after before any order.
  Result<void> begin(const Instant& now);

  /// The host's policy has changed: judged by it is what comes from now on. Errors: conflict (it would cut an
  /// isolated host off from every engine); then nothing has changed.
  Result<void> adopt(LocalPolicy policy, const Instant& now);

  /// False: so many came within this second that the sender is not to be heard any more.
  bool may_check(const Instant& now);
  Result<void> take_order(std::string_view body, const Instant& now);
  Result<void> take_welcome(std::string_view body, const Instant& now);
  Result<void> take_pong(std::string_view body, const Instant& now);
  /// Somebody has connected who may be the network program.
  void greet();

  Result<void> take_plan(TaskId id, std::string plan, const Instant& now);
  /// Nothing: the child ended without a word.
  Result<void> take_end(TaskId id, std::optional<Ending> ending, const Instant& now);
  /// What time does. To be called every second and oftener.
  Result<void> tick(const Instant& now);

  /// Since the start: what is held is in force, or cannot be.
  bool has_looked_after_filters() const { return has_mended_; }
  /// No order is begun any more.
  void close();
  bool is_idle() const { return active_.empty(); }
  const Keeper& keeper() const { return keeper_; }

 private:
  enum class Stage : std::uint8_t {
    asking,        ///< whether the way to the engine is open: before it is closed for others, or to verify
    looking,       ///< a child that changes nothing yet
    acting,        ///< a child that may change something, or only ever looks
    reconnecting,  ///< isolated; the network program is to reach the engine anew
    asking_again,
    rolling_back,  ///< a child that takes an isolation back
    finding_out,   ///< a child that looks what became of the one that was killed
  };
  struct Active {
    Task task;
    Stage stage = Stage::acting;
    Duration until{};  ///< since boot
    order::Nonce asked{};
    order::DeedResult result;  ///< what will be reported
    order::Finding finding = order::Finding::none;
    bool killed = false;
  };

  Result<void> obey(const Judgement& judgement, const Instant& now);
  Result<void> queue(TaskKind kind, const order::Order& order, const Instant& now);
  bool is_under_way(const ActionId& action) const;
  /// The same order, begun or about to be: it will be answered.
  bool is_copy(const order::Order& order) const;
  bool has_ended_meanwhile(TaskId id, const Instant& now);
  Result<void> begin_waiting(const Instant& now);
  Result<void> begin_task(TaskId id, Task task, const Instant& now);
  Result<void> start_child(TaskId id, Active& active, const Task& task, Stage stage, const Instant& now);
  std::optional<order::DeedResult> obstacle_to(const order::Order& order, const Instant& now) const;
  bool needs_proof(const order::Order& order) const;

  Result<void> end_of_order(TaskId id, Active& active, std::optional<Ending> ending, const Instant& now);
  Result<void> end_of_act(TaskId id, Active& active, std::optional<Ending> ending, const Instant& now);
  Result<void> conclude_or_prove(TaskId id, Active& active, const order::Order& begun, Duration wait,
                                 const Instant& now);
  Result<void> find_out(TaskId id, Active& active, const Instant& now);
  Result<void> found_out(TaskId id, Active& active, const std::optional<Ending>& ending, const Instant& now);
  Result<void> probed(TaskId id, Active& active, const std::optional<Ending>& ending, const Instant& now);
  Result<void> verified(TaskId id, Active& active, const std::optional<Ending>& ending, const Instant& now);
  Result<void> channel_is_silent(TaskId id, Active& active, const Instant& now);
  Result<void> answer_verify(TaskId id, const Instant& now);
  Result<void> released(TaskId id, const Active& active, const std::optional<Ending>& ending,
                        const Instant& now);
  Result<void> mended(TaskId id, const std::optional<Ending>& ending);
  Result<void> swept(TaskId id, const std::optional<Ending>& ending, const Instant& now);
  Result<void> disown(TaskId id, order::DeedResult result, const order::Order& begun, const Instant& now);
  Result<void> answer_disowned(TaskId id, const Instant& now);
  Result<void> withdraw(TaskId id, order::DeedResult result, const Instant& now);
  Result<void> conclude_unstarted(TaskId id, order::DeedResult result, const Instant& now);
  Result<void> conclude(TaskId id, order::DeedResult result, const Instant& now);
  Result<void> finish(TaskId id);

  bool ask(Active& active, Stage stage, Duration wait, const Instant& now);
  void prove(Active& active, Duration wait, const Instant& now);
  Result<void> roll_back(TaskId id, Active& active, const Instant& now);
  Result<void> time_out(TaskId id, Active& active, const Instant& now);
  Result<void> compact();
  void take_back_what_is_due(const Instant& now);
  void send_owed(const Instant& now);
  void begin_second(const Instant& now);
  /// False: a line about an order is one too many in this second, and is counted as left out.
  bool may_say(const Instant& now);
  void reply(const order::Order& order, Keeper::Answer answer, const Instant& now);

  Keeper keeper_;
  World& world_;
  Lanes lanes_;
  std::map<TaskId, Active> active_;
  std::map<ActionId, Duration> not_before_;  ///< when an effect that is due may be tried to be ended (again)
  TaskId next_id_ = 1;
  std::optional<Duration> mend_at_;
  Duration sweep_at_{};  ///< since boot
  Duration second_{-1};
  std::uint32_t checks_ = 0;
  std::uint32_t looks_ = 0;
  std::uint32_t lines_ = 0;
  std::uint32_t unsaid_ = 0;
  std::optional<Duration> owed_at_;  ///< when the owed reports are to be sent
  Duration last_owed_ = -kOwedPeriod;
  bool mending_fails_ = false;
  bool has_mended_ = false;
  bool closing_ = false;
};

}  // namespace riposte::agent
