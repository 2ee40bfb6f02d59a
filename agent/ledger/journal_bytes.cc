#include "agent/ledger/journal_bytes.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include <sodium.h>

#include "engine/base/hex.h"
#include "engine/order/canonical.h"
#include "engine/order/names.h"

namespace riposte::agent {
namespace {

using order::CanonicalReader;
using order::CanonicalWriter;

constexpr std::size_t kDigestBytes = 16;
using Digest = std::array<std::uint8_t, kDigestBytes>;
static_assert(kDigestBytes == crypto_generichash_BYTES_MIN);
static_assert(order::kJournalIdDigits >= crypto_generichash_KEYBYTES_MIN &&
              order::kJournalIdDigits <= crypto_generichash_KEYBYTES_MAX);

constexpr std::string_view kMagic = "riposte-journal1";
constexpr std::size_t kHeadBytesMax = 256;
constexpr std::size_t kRecordHeadBytes = 4 + 4 + 8;
/// An entry takes five bytes at least, so no record holds more.
constexpr std::size_t kEntriesMax = kRecordBytesMax / 5;

Digest digest_of(std::string_view bytes, std::string_view journal_id) {
  Digest digest{};
  crypto_generichash(digest.data(), digest.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                     bytes.size(), reinterpret_cast<const unsigned char*>(journal_id.data()),
                     journal_id.size());
  return digest;
}

std::string with_digest(std::string bytes, std::string_view journal_id) {
  const Digest digest = digest_of(bytes, journal_id);
  bytes.append(digest.begin(), digest.end());
  return bytes;
}

bool digest_fits(std::string_view bytes, std::string_view journal_id) {
  const Digest digest = digest_of(bytes.substr(0, bytes.size() - kDigestBytes), journal_id);
  return std::equal(digest.begin(), digest.end(), bytes.end() - kDigestBytes,
                    [](std::uint8_t a, char b) { return a == static_cast<std::uint8_t>(b); });
}

std::unexpected<Error> damaged(std::size_t at, std::string_view what) {
  return fail(
      Errc::corrupt,
      std::string(what) + " at byte " + std::to_string(at) +
          "; what this host did is not known any more: move the file away, look at the host by hand, and "
          "start anew with an empty journal");
}

struct Record {
  std::uint64_t entries_before = 0;
  std::string_view body;
  std::size_t size = 0;
};

/// How a record begins. Whole only when the length agrees with its complement: a length that the disk got
/// half of does not.
struct RecordHead {
  std::uint32_t length = 0;
  std::uint64_t entries_before = 0;
  bool is_whole = false;

  explicit RecordHead(std::string_view bytes) {
    CanonicalReader in(bytes);
    std::uint32_t complement = 0;
    in.number(length);
    in.number(complement);
    in.number(entries_before);
    is_whole = complement == ~length && length <= kRecordBytesMax;
  }
  std::size_t record_bytes() const { return kRecordHeadBytes + length + kDigestBytes; }
};

/// The record that begins the bytes, when there is a whole one that checks.
std::optional<Record> whole_record(std::string_view bytes, std::string_view journal_id) {
  const RecordHead head(bytes);
  if (!head.is_whole || bytes.size() < head.record_bytes()) return {};
  if (!digest_fits(bytes.substr(0, head.record_bytes()), journal_id)) return {};
  return Record{head.entries_before, bytes.substr(kRecordHeadBytes, head.length), head.record_bytes()};
}

/// Whether a record was written behind the one that begins the bytes and does not check: then that one was
/// synced.
bool was_followed(std::string_view bytes, const JournalReading& reading) {
  const RecordHead first(bytes);
  if (first.is_whole && first.entries_before == reading.entries && bytes.size() > first.record_bytes())
    return true;
  for (std::size_t at = 1; at < bytes.size(); ++at)
    if (whole_record(bytes.substr(at), reading.head.journal_id)) return true;
  return false;
}

Result<std::vector<Entry>> entries_of(std::string_view body) {
  CanonicalReader in(body);
  std::vector<std::string> encoded;
  in.list(encoded, kEntriesMax, [&](std::string& entry) { in.text(entry, kRecordBytesMax); });
  TRY(in.done("record"));
  std::vector<Entry> entries;
  for (const std::string& entry : encoded) entries.push_back(TRY(decode_entry(entry)));
  return entries;
}

Result<JournalReading> read_head(std::string_view bytes) {
  if (!bytes.starts_with(kMagic)) return damaged(0, "no journal of this version");
  const std::string_view head = bytes.substr(kMagic.size(), kHeadBytesMax);
  CanonicalReader in(head);
  JournalReading reading;
  in.text(reading.head.journal_id, order::kJournalIdDigits);
  in.text(reading.head.machine_id, order::kNameBytesMax);
  in.number(reading.head.entries_before);
  reading.whole_bytes = kMagic.size() + (head.size() - in.rest().size()) + kDigestBytes;
  if (!is_hex(reading.head.journal_id, order::kJournalIdDigits) || bytes.size() < reading.whole_bytes ||
      !digest_fits(bytes.substr(0, reading.whole_bytes), reading.head.journal_id))
    return damaged(0, "a journal whose head does not check");
  reading.entries = reading.head.entries_before;
  return reading;
}

}  // namespace

std::string encode(const JournalHead& head) {
  CanonicalWriter out;
  out.text(head.journal_id, order::kJournalIdDigits);
  out.text(head.machine_id, order::kNameBytesMax);
  out.number(head.entries_before);
  return with_digest(std::string(kMagic) + out.take(), head.journal_id);
}

Result<std::string> encode_record(const JournalHead& head, std::uint64_t entries_before,
                                  std::span<const Entry> entries) {
  CanonicalWriter body;
  body.number(static_cast<std::uint32_t>(entries.size()));
  for (const Entry& entry : entries) body.text(encode(entry), kRecordBytesMax);
  const std::string bytes = body.take();
  if (bytes.size() > kRecordBytesMax)
    return fail(Errc::invalid, "a record of " + std::to_string(bytes.size()) + " bytes; at most " +
                                   std::to_string(kRecordBytesMax) + " are written at once");
  CanonicalWriter out;
  const auto length = static_cast<std::uint32_t>(bytes.size());
  out.number(length);
  out.number(~length);
  out.number(entries_before);
  return with_digest(out.take() + bytes, head.journal_id);
}

Result<JournalReading> read_journal(std::string_view bytes, const std::function<void(const Entry&)>& fold) {
  JournalReading reading = TRY(read_head(bytes));
  while (reading.whole_bytes < bytes.size()) {
    const std::string_view rest = bytes.substr(reading.whole_bytes);
    const auto record = whole_record(rest, reading.head.journal_id);
    if (!record) {
      if (rest.size() > kRecordHeadBytes + kRecordBytesMax + kDigestBytes)
        return damaged(reading.whole_bytes, "more than the last record does not check");
      if (was_followed(rest, reading)) return damaged(reading.whole_bytes, "a damaged record");
      return reading;
    }
    if (record->entries_before != reading.entries)
      return damaged(reading.whole_bytes, "a record out of its place");
    const auto entries = entries_of(record->body);
    if (!entries) return damaged(reading.whole_bytes, entries.error().what);
    for (const Entry& entry : *entries) fold(entry);
    reading.entries += entries->size();
    reading.whole_bytes += record->size;
  }
  return reading;
}

}  // namespace riposte::agent
