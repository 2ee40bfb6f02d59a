/// What is on record, on this disk, of every script that was ever started: the reason why none is started
/// twice.
///
/// Layout:  <directory>/<action id>.started before the program starts, <action id>.done (JSON) after it
///          ended; both synced, file and directory, before the next step. One action has one entry, whatever
///          the attempt.
/// Threads: any, for different actions; of two for the same action one finds the entry already there.
/// Errors:  unavailable (the disk is full: it passes), corrupt (I/O, permission, or a record that does not
///          decode), conflict (already started).
/// Limits:  entries older than kJournalRetention are removed at open; reaches_back_to() says from when on "no
///          entry" means "never started". A directory that was removed or restored from a copy knows less
///          than it seems.
#pragma once

#include <filesystem>
#include <optional>

#include "engine/base/clock.h"
#include "engine/base/error.h"
#include "engine/lifecycle/fact.h"

namespace riposte {

/// Longer than any order waits to be picked up, so that an open action still finds its entry.
inline constexpr Duration kJournalRetention = std::chrono::days(7);

class ScriptJournal {
 public:
  static Result<ScriptJournal> open(const std::filesystem::path& directory, WallTime now);

  struct Entry {
    bool started = false;
    std::optional<Outcome> done;
  };
  Result<Entry> find(const ActionId& id) const;

  /// Durable when it returns. Errors: conflict, when there is such a record and `again` does not allow for
  /// it.
  Result<void> record_started(const ActionId& id, bool again);
  Result<void> record_done(const ActionId& id, const Outcome& outcome);

  WallTime reaches_back_to() const { return reaches_back_to_; }

 private:
  ScriptJournal(std::filesystem::path directory, WallTime reaches_back_to)
      : directory_(std::move(directory)), reaches_back_to_(reaches_back_to) {}

  std::filesystem::path directory_;
  WallTime reaches_back_to_;
};

}  // namespace riposte
