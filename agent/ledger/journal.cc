#include "agent/ledger/journal.h"

#include "engine/base/crash_point.h"
#include "engine/base/hex.h"
#include "engine/order/keys.h"
#include "engine/order/names.h"

namespace riposte::agent {
namespace {

std::string new_journal_id() {
  const order::Seed random = order::new_seed();
  return to_hex(std::span(random).first(order::kJournalIdDigits / 2));
}

}  // namespace

Journal::Journal(std::filesystem::path path, JournalFile file, const JournalReading& reading)
    : path_(std::move(path)),
      file_(std::move(file)),
      head_(reading.head),
      sequence_(reading.entries),
      end_(reading.whole_bytes) {}

Result<Journal> Journal::open(const std::filesystem::path& path, std::string_view machine_id,
                              const std::function<void(const Entry&)>& fold) {
  JournalFile file = TRY_DOING("opening the journal", JournalFile::open(path));
  const std::string bytes = TRY_DOING("reading the journal", file.read_all());
  if (bytes.empty()) return begin(path, {new_journal_id(), std::string(machine_id), 0}, {});
  const JournalReading reading = TRY_DOING("reading the journal " + path.string(), read_journal(bytes, fold));
  if (reading.head.machine_id != machine_id)
    return fail(Errc::fenced, "the journal " + path.string() + " is that of machine " +
                                  reading.head.machine_id + ", this one is " + std::string(machine_id) +
                                  "; a copied disk needs an empty journal and a new enrolment");
  if (reading.whole_bytes < bytes.size()) {
    TRY_DOING("cutting off a torn record", file.cut(reading.whole_bytes));
    TRY_DOING("cutting off a torn record", file.sync());
  }
  return Journal(path, std::move(file), reading);
}

/// Beside the old one first, so that there is always a whole journal under the name.
Result<Journal> Journal::begin(const std::filesystem::path& path, const JournalHead& head,
                               std::span<const Entry> entries) {
  std::filesystem::path beside = path;
  beside += ".new";
  JournalFile file = TRY_DOING("beginning a journal", JournalFile::open(beside));
  TRY_DOING("beginning a journal", file.cut(0));
  std::string bytes = encode(head);
  JournalReading reading{head, head.entries_before, 0};
  for (const Entry& entry : entries) {
    bytes += TRY(encode_record(head, reading.entries, {&entry, 1}));
    ++reading.entries;
  }
  reading.whole_bytes = bytes.size();
  TRY_DOING("beginning a journal", file.write_at(0, bytes));
  TRY_DOING("beginning a journal", file.sync());
  crash_point("agent.journal_written");
  TRY_DOING("beginning a journal", file.rename_to(path));
  crash_point("agent.journal_renamed");
  return Journal(path, std::move(file), reading);
}

Result<void> Journal::append(std::span<const Entry> entries) {
  if (broken_) return fail(Errc::corrupt, "the journal " + path_.string() + " failed before; start anew");
  if (entries.empty()) return {};
  const std::string bytes = TRY(encode_record(head_, sequence_, entries));
  if (end_ + bytes.size() > kJournalBytesMax)
    return fail(Errc::unavailable, "the journal " + path_.string() + " is full");
  TRY_DOING("writing the journal", write(bytes));
  end_ += bytes.size();
  sequence_ += entries.size();
  return {};
}

Result<void> Journal::write(std::string_view bytes) {
  auto written = file_.write_at(end_, bytes);
  if (!written && written.error().code == Errc::unavailable) {
    reserved_until_ = 0;
    // The half that was written must not be taken for a record later.
    const auto removed = file_.cut(end_);
    broken_ = !removed;
    return written;
  }
  if (written) written = file_.sync();
  if (written) return {};
  broken_ = true;  // after a failed sync nobody knows what is on disk, whatever a second try says
  return fail(Errc::corrupt, written.error().what);
}

Result<void> Journal::compact(std::span<const Entry> snapshot) {
  if (broken_) return fail(Errc::corrupt, "the journal " + path_.string() + " failed before; start anew");
  const std::uint64_t before = sequence_ > snapshot.size() ? sequence_ - snapshot.size() : 0;
  auto fresh = begin(path_, {head_.journal_id, head_.machine_id, before}, snapshot);
  if (!fresh) {
    broken_ = fresh.error().code == Errc::corrupt;
    return fail(std::move(fresh).error(), "compacting the journal");
  }
  *this = *std::move(fresh);
  compacted_bytes_ = end_;
  return {};
}

bool Journal::has_room() {
  if (broken_ || end_ + kReserveBytes + kRecordBytesMax > kJournalBytesMax) return false;
  if (end_ + kReserveBytes <= reserved_until_) return true;
  // Twice as much at once, so that not every append asks the file system.
  if (file_.reserve(end_, 2 * kReserveBytes))
    reserved_until_ = end_ + 2 * kReserveBytes;
  else if (file_.reserve(end_, kReserveBytes))
    reserved_until_ = end_ + kReserveBytes;
  return end_ + kReserveBytes <= reserved_until_;
}

bool Journal::is_worth_compacting() const {
  return end_ >= kCompactBytesMin && end_ >= kCompactFactor * compacted_bytes_;
}

}  // namespace riposte::agent
