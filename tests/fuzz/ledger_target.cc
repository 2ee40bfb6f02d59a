#include "agent/ledger/journal_bytes.h"
#include "agent/ledger/policy_file.h"
#include "tests/fuzz/targets.h"

namespace riposte::fuzz {
namespace {

void read_as_entry(std::string_view bytes) {
  const auto entry = agent::decode_entry(bytes);
  if (!entry) return require(entry.error().code == Errc::invalid, "an entry is refused in another way");
  require(agent::encode(*entry) == bytes, "an entry has two encodings");
}

/// What was read is what the records were made of; the digests keep out everything else.
void read_as_journal(std::string_view bytes) {
  std::vector<agent::Entry> entries;
  const auto reading =
      agent::read_journal(bytes, [&](const agent::Entry& entry) { entries.push_back(entry); });
  if (!reading) return require(reading.error().code == Errc::corrupt, "a journal is refused in another way");
  require(reading->whole_bytes <= bytes.size(), "a journal is longer than its bytes");
  require(reading->entries == reading->head.entries_before + entries.size(), "entries are not counted");
}

/// Behind a true head the bytes are no record, so they are damage or a torn end.
void read_as_records(std::string_view bytes) {
  const std::string head =
      agent::encode(agent::JournalHead{std::string(order::kJournalIdDigits, 'a'), "machine", 0});
  const auto reading = agent::read_journal(head + std::string(bytes), [](const agent::Entry&) {
    require(false, "a record whose digest was made without the key");
  });
  require(!reading || reading->whole_bytes == head.size(), "bytes that nobody wrote count as whole");
}

}  // namespace

void journal(std::string_view bytes) {
  read_as_entry(bytes);
  read_as_journal(bytes);
  read_as_records(bytes);
}

void policy(std::string_view bytes) {
  const auto read = agent::parse_policy(bytes, "policy.yaml");
  if (!read)
    return require(read.error().code == Errc::invalid && read.error().what.starts_with("policy.yaml:"),
                   "a policy is refused without a place");
  require(
      read->keep_max <= order::kKeepMax && read->ttl_max <= order::kTtlMax && read->ttl_max >= order::kTtlMin,
      "a policy lifts the bounds of orders");
}

}  // namespace riposte::fuzz
