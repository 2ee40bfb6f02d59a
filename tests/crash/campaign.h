/// One run of the crash test: an engine that is fed and killed again and again, and looked at after every
/// kill.
///
/// Threads: one, and it must outlive the object (see child_process.h).
/// Errors:  what is wrong becomes a failure of the running test; after the first one the campaign stops.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tests/crash/scene.h"
#include "tests/crash/workload.h"
#include "tests/support/kafka_client.h"
#include "tests/support/victim.h"

namespace riposte::test {

/// The names in every crash_point("…") of engine/ and connectors/, read from the sources.
std::vector<std::string> crash_points_in_the_code();

struct PlannedKill {
  std::string point;  ///< empty: from outside, at a random moment
  int hit = 0;        ///< the how-manieth time it is reached
  int pause = 0;      ///< milliseconds for which its thread hangs first, while the others go on

  std::string text() const;
};

class Campaign {
 public:
  Campaign(std::string bootstrap, std::uint64_t seed);

  /// Every point of `points` at least twice, two kills of three at a named point, in a random order.
  std::vector<PlannedKill> plan(const std::vector<std::string>& points, int kills);
  /// Starts, feeds, kills and checks. False when something was wrong.
  bool carry_out(const PlannedKill& kill);
  /// Lets an engine finish everything, ends it in order, and compares to the last line.
  void finish();

  std::string summary() const;
  /// How often the process died at this point.
  int deaths_at(const std::string& point) const;

 private:
  void produce(const std::vector<MadeRecord>& records);
  void produce_some();
  void produce_process_detection();
  /// False when the engine says that no offer waits.
  bool approve_one();
  std::optional<int> live(ChildProcess& engine, const PlannedKill& kill);
  bool check_death(int status, const PlannedKill& kill);
  Result<Remains> look();
  bool check_remains(const PlannedKill& kill);
  bool drained(const std::vector<ActionId>& last);
  bool drain(ChildProcess& engine);
  void check_processes();
  std::vector<std::pair<Place, WantedLetter>> delivered_letters() const;
  PlannedKill at(const std::string& point);
  int below(int limit) { return static_cast<int>(random_() % static_cast<std::uint64_t>(limit)); }

  /// A process of the test that one detection names, or none does.
  struct Bystander {
    std::unique_ptr<Victim> process;
    char state;  ///< as /proc shows it at the end
  };

  std::string bootstrap_;
  std::uint64_t seed_;
  std::mt19937_64 random_;
  Scene scene_;
  Workload workload_;
  KafkaProducer producer_;
  KafkaGroup group_;
  std::vector<Bystander> processes_;
  Remains before_;
  std::map<std::string, int> deaths_;
  int random_kills_ = 0;
  int produced_in_this_life_ = 0;
  Verdict verdict_;
};

}  // namespace riposte::test
