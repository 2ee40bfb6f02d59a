/// The detections that a seed brings about, and the account of what they call for.
///
/// Threads: one.
#pragma once

#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/clock.h"
#include "tests/crash/account.h"

namespace riposte::test {

/// A record for the input topic. Records of one partition must be produced in the order in which they were
/// made.
struct MadeRecord {
  std::int32_t partition;
  std::string bytes;
};

/// Limits of the engine's configuration that some records break.
inline constexpr std::size_t kEventBytesMax = 16384;
inline constexpr std::size_t kEventDepthMax = 32;

class Workload {
 public:
  Workload(std::uint64_t seed, std::string topic, std::int32_t partitions, std::string host);

  /// One record of any kind, sometimes with its twin in another partition.
  std::vector<MadeRecord> next();
  /// A detection whose action waits for a person.
  MadeRecord offer();
  MadeRecord about_process(ActionType type, std::int64_t pid);
  /// A matching record that comes after everything so far, one per partition.
  std::vector<MadeRecord> last();

  Account& account() { return account_; }
  const Account& account() const { return account_; }
  int detections() const { return detections_; }
  StreamId stream(std::int32_t partition) const;

 private:
  /// A detection that calls for something.
  struct Origin {
    std::string uid;
    std::string bytes;
    std::vector<ActionId> actions;
    std::set<std::int32_t> partitions;
    bool contradicted = false;  ///< another event with its id follows: where each comes first must stay clear
  };

  std::int32_t below(std::int32_t limit);
  bool chance(int percent) { return below(100) < percent; }
  MadeRecord put(std::int32_t partition, std::string bytes);
  MadeRecord put(Origin& origin, std::int32_t partition);
  MadeRecord put_letter(std::int32_t partition, std::string reason, std::string bytes);
  Origin make_origin(std::string_view process_name, std::int64_t pid, Severity severity);
  MadeRecord matching(std::string_view process_name, std::int32_t partition);
  MadeRecord harmless();
  MadeRecord malformed();
  MadeRecord contradiction();
  MadeRecord repeat(Origin& origin);
  std::string next_uid();

  std::mt19937_64 random_;
  std::string topic_;
  std::int32_t partitions_;
  std::string host_;
  std::string uid_prefix_;
  SystemClock clock_;
  Account account_;
  std::vector<Origin> origins_;
  int uids_ = 0;
  int detections_ = 0;
};

/// The rules that the account knows, as files: name and text.
std::vector<std::pair<std::string, std::string>> workload_rules();

}  // namespace riposte::test
