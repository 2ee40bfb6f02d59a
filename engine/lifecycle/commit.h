/// The atom of durability: everything that one turn of one partition changes, all of it or nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/lifecycle/audit.h"
#include "engine/lifecycle/cooldown.h"

namespace riposte {

/// How far a stream is dealt with.
struct StreamPosition {
  StreamId stream;
  Partition partition;
  Offset next;  ///< the first record that is not dealt with

  bool operator==(const StreamPosition&) const = default;
};

/// An input record that cannot be used, kept whole until it is delivered to the dead-letter place.
struct DeadLetter {
  StreamId stream;
  Offset offset;
  WallTime at;
  std::string reason;  ///< for machines: "not_json", "too_large", "too_deep", "not_an_object",
                       ///< "conflicting_duplicate", "cannot_match"
  std::string detail;  ///< for people
  std::string bytes;   ///< as received

  bool operator==(const DeadLetter&) const = default;
};

struct Commit {
  Partition partition;
  std::optional<StreamPosition> position;  ///< empty when only time or people moved something
  std::vector<Action> rows;
  std::vector<AuditRecord> audit;
  std::vector<DeadLetter> dead_letters;
  std::vector<std::string> cooldowns_over{};  ///< keys; forgotten before `cooldowns` are kept
  std::vector<Cooldown> cooldowns{};          ///< opened by some of `rows`

  bool empty() const {
    return !position && rows.empty() && audit.empty() && dead_letters.empty() && cooldowns_over.empty() &&
           cooldowns.empty();
  }
};

}  // namespace riposte
