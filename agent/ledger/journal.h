/// What this host did, on its own disk, in the order in which it did it: the reason why nothing is done
/// twice.
///
/// Layout:  docs/formats.md.
/// Threads: one.
/// Errors:  unavailable (the disk is full: what was to be written is not, and nothing else has changed),
/// corrupt
///          (damage, or an I/O error after which nobody knows what is on disk: end the process, start anew),
///          fenced (another process has it, or it is another machine's).
/// Limits:  a journal that is restored from a copy cannot know it; id() and sequence() tell whoever remembers
/// them.
///          The very last record cannot be told from one that a crash tore, so damage to it goes unseen here.
/// Source:  docs/decisions/020-agent-journal.md
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "agent/ledger/journal_bytes.h"
#include "agent/ledger/journal_file.h"

namespace riposte::agent {

inline constexpr std::size_t kJournalBytesMax = std::size_t{64} * 1024 * 1024;
/// Kept free on the disk for what ends effects: thousands of releases, when nothing else can be written.
inline constexpr std::size_t kReserveBytes = std::size_t{1024} * 1024;
/// Below this a journal is read faster than it is worth to shorten it.
inline constexpr std::size_t kCompactBytesMin = std::size_t{16} * 1024 * 1024;
inline constexpr std::size_t kCompactFactor = 2;

class Journal {
 public:
  /// Gives every entry to `fold`. A file that is missing or empty becomes a new journal.
  static Result<Journal> open(const std::filesystem::path& path, std::string_view machine_id,
                              const std::function<void(const Entry&)>& fold);

  /// On disk when it returns, all of them or, after a crash, none.
  Result<void> append(std::span<const Entry> entries);
  /// Replaces what is there by `snapshot`, from which the same ledger follows.
  Result<void> compact(std::span<const Entry> snapshot);

  /// False: only what ends effects may still be begun.
  bool has_room();
  bool is_worth_compacting() const;

  const std::string& id() const { return head_.journal_id; }
  /// Entries ever written; never falls.
  std::uint64_t sequence() const { return sequence_; }

 private:
  Journal(std::filesystem::path path, JournalFile file, const JournalReading& reading);
  static Result<Journal> begin(const std::filesystem::path& path, const JournalHead& head,
                               std::span<const Entry> entries);
  Result<void> write(std::string_view bytes);

  std::filesystem::path path_;
  JournalFile file_;
  JournalHead head_;
  std::uint64_t sequence_;
  std::size_t end_;
  std::size_t compacted_bytes_ = 0;  ///< 0: not known, so worth a try
  std::size_t reserved_until_ = 0;
  bool broken_ = false;
};

}  // namespace riposte::agent
