/// The bytes of a journal: a head, then one record for every append, whole or not at all.
///
/// A record is be32 length, its complement, be64 number of entries before it, body, 16 bytes of BLAKE2b over
/// all of these, keyed with the journal's id. Only what was synced is followed by another record; so a last
/// record that does not check was torn by a crash and promised nothing, and one that another follows is
/// damage.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "agent/ledger/entries.h"

namespace riposte::agent {

/// Two entries of the largest size and many small ones.
inline constexpr std::size_t kRecordBytesMax = std::size_t{256} * 1024;

struct JournalHead {
  std::string journal_id;            ///< 32 hexadecimal digits, random
  std::string machine_id;            ///< whose journal it is
  std::uint64_t entries_before = 0;  ///< how many were written before the first one here
  bool operator==(const JournalHead&) const = default;
};

std::string encode(const JournalHead& head);
/// Errors: invalid (too many bytes for one record).
Result<std::string> encode_record(const JournalHead& head, std::uint64_t entries_before,
                                  std::span<const Entry> entries);

/// What stands in a journal's bytes.
struct JournalReading {
  JournalHead head;
  std::uint64_t entries = 0;    ///< ever written, those of earlier files included
  std::size_t whole_bytes = 0;  ///< behind this stands nothing, or a record that was torn
};
/// Gives every entry to `fold`, in order. Errors: corrupt, with the byte and the cure.
Result<JournalReading> read_journal(std::string_view bytes, const std::function<void(const Entry&)>& fold);

}  // namespace riposte::agent
