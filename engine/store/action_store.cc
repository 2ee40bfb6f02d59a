#include "engine/store/action_store.h"

#include <algorithm>
#include <chrono>

#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>
#include <sys/statvfs.h>

#include "engine/base/crash_point.h"
#include "engine/lifecycle/codec.h"
#include "engine/store/database.h"
#include "engine/store/keys.h"

namespace riposte {
namespace {

/// Version of the layout of keys and families; a newer one is refused, not guessed at.
constexpr std::string_view kFormatVersion = "2";
/// Lacks the family of cooldowns, which opening adds; its rows decode as they are.
constexpr std::string_view kOlderFormatVersion = "1";
/// Bytes of write-ahead log after which memtables are flushed: bounds the time of a restart.
constexpr std::uint64_t kWalBytesMax = std::uint64_t{64} << 20;
/// Bytes between background syncs, so that a flush does not stall on one large fsync.
constexpr std::uint64_t kBytesPerSync = std::uint64_t{1} << 20;
constexpr double kBloomBitsPerKey = 10;

rocksdb::DBOptions database_options(rocksdb::Env* env) {
  rocksdb::DBOptions options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  // The default mode opens a damaged log as if its second half had never been acknowledged.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.paranoid_checks = true;
  options.track_and_verify_wals_in_manifest = true;
  options.max_total_wal_size = kWalBytesMax;
  options.bytes_per_sync = kBytesPerSync;
  options.wal_bytes_per_sync = 0;
  options.max_background_jobs = 2;
  options.keep_log_file_num = 4;
  if (env != nullptr) options.env = env;
  return options;
}

rocksdb::ColumnFamilyOptions family_options() {
  rocksdb::BlockBasedTableOptions table;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBitsPerKey));
  rocksdb::ColumnFamilyOptions options;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

rocksdb::WriteOptions synced() {
  rocksdb::WriteOptions options;
  options.sync = true;
  return options;
}

}  // namespace

Error error_of(const rocksdb::Status& status, std::string doing) {
  if (status.IsNoSpace() || status.subcode() == rocksdb::Status::SubCode::kNoSpace)
    return {Errc::unavailable,
            "the disk is full; free some space, the engine goes on by itself",
            {std::move(doing)}};
  if (status.ToString().find("lock ") != std::string::npos && status.IsIOError())
    return {Errc::unavailable,
            "another process uses this data directory (" + status.ToString() + ")",
            {std::move(doing)}};
  return {Errc::corrupt, status.ToString(), {std::move(doing)}};
}

ActionStore::Database::~Database() {
  for (auto* handle : families) db->DestroyColumnFamilyHandle(handle);
  if (db) db->Close();
}

Result<std::optional<std::string>> ActionStore::Database::get(Family which, const std::string& key) const {
  std::string value;
  const auto status = db->Get(rocksdb::ReadOptions(), family(which), key, &value);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) return std::unexpected(error_of(status, "reading the store"));
  return std::optional(std::move(value));
}

Result<void> ActionStore::Database::scan(
    Family which, const std::string& prefix,
    const std::function<Result<bool>(std::string_view, std::string_view)>& each) const {
  const std::unique_ptr<rocksdb::Iterator> at(db->NewIterator(rocksdb::ReadOptions(), family(which)));
  for (at->Seek(prefix); at->Valid() && at->key().starts_with(prefix); at->Next())
    if (!TRY(each(at->key().ToStringView(), at->value().ToStringView()))) return {};
  if (!at->status().ok()) return std::unexpected(error_of(at->status(), "scanning the store"));
  return {};
}

Result<void> ActionStore::Database::raise_epoch() {
  if (const auto last = TRY(get(Family::meta, std::string(keys::kEpoch))))
    epoch = keys::read_be64(*last).value_or(0);
  // By the clock, so that a directory that was put back from a copy is not behind what it ordered before.
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(SystemClock().now().time_since_epoch()).count();
  epoch = std::max(epoch + 1, static_cast<std::uint64_t>(seconds));
  const auto status = db->Put(synced(), family(Family::meta), std::string(keys::kEpoch), keys::be64(epoch));
  if (!status.ok()) return std::unexpected(error_of(status, "raising the epoch"));
  return {};
}

ActionStore::ActionStore(std::filesystem::path directory, std::unique_ptr<Database> database)
    : directory_(std::move(directory)), database_(std::move(database)) {}

ActionStore::~ActionStore() { database_->high_water.write(database_->commits); }

Result<std::unique_ptr<ActionStore>> ActionStore::open(const std::filesystem::path& directory,
                                                       rocksdb::Env* env) {
  const std::string doing = "opening the data directory " + directory.string();
  std::error_code made;
  std::filesystem::create_directories(directory, made);
  if (made) return fail(Errc::unavailable, doing + ": " + made.message());

  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (const char* name : kFamilyNames) descriptors.emplace_back(name, family_options());
  auto database = std::make_unique<Database>(HighWater(directory / "high_water"));
  rocksdb::DB* opened = nullptr;
  const auto status = rocksdb::DB::Open(database_options(env), (directory / "rocksdb").string(), descriptors,
                                        &database->families, &opened);
  database->db.reset(opened);
  if (!status.ok()) return std::unexpected(error_of(status, doing));

  const auto format = TRY(database->get(Family::meta, std::string(keys::kFormat)));
  if (!format || *format == kOlderFormatVersion) {
    const auto marked = database->db->Put(synced(), database->family(Family::meta),
                                          std::string(keys::kFormat), std::string(kFormatVersion));
    if (!marked.ok()) return std::unexpected(error_of(marked, doing));
  } else if (*format != kFormatVersion) {
    return fail(Errc::corrupt, doing + ": written by a version with format " + *format +
                                   "; this one reads format " + std::string(kFormatVersion));
  }
  if (const auto count = TRY(database->get(Family::meta, std::string(keys::kCommitCount))))
    database->commits = keys::read_be64(*count).value_or(0);
  const std::uint64_t acknowledged = TRY_DOING(doing, database->high_water.read());
  if (database->commits < acknowledged)
    return fail(
        Errc::corrupt,
        doing + ": it knows " + std::to_string(database->commits) + " commits, but " +
            std::to_string(acknowledged) +
            " were acknowledged: files are missing or old. Restore them; to go on without them, remove " +
            (directory / "high_water").string());
  TRY_DOING(doing, database->raise_epoch());
  return std::unique_ptr<ActionStore>(new ActionStore(directory, std::move(database)));
}

namespace {

/// Writes one commit's changes into a batch.
class BatchWriter {
 public:
  using FamilyOf = std::function<rocksdb::ColumnFamilyHandle*(Family)>;
  BatchWriter(rocksdb::WriteBatch& batch, FamilyOf family) : batch_(batch), family_(std::move(family)) {}

  void add(const Commit& commit) {
    for (const Action& action : commit.rows) add(action);
    for (const AuditRecord& record : commit.audit) add(record);
    for (const DeadLetter& letter : commit.dead_letters)
      batch_.Put(family_(Family::outbox), keys::of_dead_letter(letter.stream, letter.offset), encode(letter));
    for (const std::string& key : commit.cooldowns_over)
      batch_.Delete(family_(Family::cooldown), keys::of_cooldown(commit.partition, key));
    for (const Cooldown& cooldown : commit.cooldowns)
      batch_.Put(family_(Family::cooldown), keys::of_cooldown(commit.partition, cooldown.key),
                 encode(cooldown));
    if (commit.position)
      batch_.Put(family_(Family::meta), keys::of_stream(commit.position->stream), encode(*commit.position));
  }

 private:
  void add(const Action& action) {
    const std::string key = keys::of_action(action.partition, action.id);
    if (is_closed(action)) {
      batch_.Delete(family_(Family::open), key);
      batch_.Put(family_(Family::closed), key, encode(action));
    } else {
      batch_.Put(family_(Family::open), key, encode(action));
    }
    batch_.Put(family_(Family::index), action.id.value(), keys::of_partition(action.partition));
    batch_.Put(family_(Family::recent), keys::of_creation(action.created_at, action.id),
               keys::of_partition(action.partition));
  }

  void add(const AuditRecord& record) {
    batch_.Put(family_(Family::audit), keys::of_audit(record.partition, record.sequence), encode(record));
    batch_.Put(family_(Family::audit_by_action),
               keys::of_action_audit(record.action, record.partition, record.sequence), "");
  }

  rocksdb::WriteBatch& batch_;
  FamilyOf family_;
};

}  // namespace

Result<void> ActionStore::append(std::span<const Commit> commits) {
  rocksdb::WriteBatch batch;
  BatchWriter writer(batch, [this](Family which) { return database_->family(which); });
  for (const Commit& commit : commits) writer.add(commit);
  const std::uint64_t count = database_->commits + 1;
  batch.Put(database_->family(Family::meta), std::string(keys::kCommitCount), keys::be64(count));
  crash_point("apply.before_wal_sync");
  const auto status = database_->db->Write(synced(), &batch);
  if (!status.ok()) {
    const Error error = error_of(status, "committing");
    // A full disk stops background work; asking it to go on is what lets the next attempt succeed.
    if (error.code == Errc::unavailable) database_->db->Resume();
    return std::unexpected(error);
  }
  crash_point("apply.after_wal_sync");
  database_->commits = count;
  database_->high_water.raise(count);
  return {};
}

std::uint64_t ActionStore::epoch() const { return database_->epoch; }

Result<Partition> ActionStore::partition_of(const StreamId& stream) {
  std::scoped_lock lock(allocation_);
  if (const auto stored = TRY(database_->get(Family::meta, keys::of_stream(stream))))
    return TRY(decode_position(*stored)).partition;
  std::uint32_t number = static_cast<std::uint32_t>(kManualPartition.value()) + 1;
  if (const auto next = TRY(database_->get(Family::meta, std::string(keys::kNextPartition))))
    number = keys::read_be32(*next).value_or(number);
  const Partition partition(static_cast<std::int32_t>(number));
  rocksdb::WriteBatch batch;
  auto* meta = database_->family(Family::meta);
  batch.Put(meta, keys::of_stream(stream), encode(StreamPosition{stream, partition, kNeverRead}));
  batch.Put(meta, std::string(keys::kNextPartition), keys::be32(number + 1));
  const auto status = database_->db->Write(synced(), &batch);
  if (!status.ok()) return std::unexpected(error_of(status, "recording the stream " + stream.value()));
  return partition;
}

Result<std::optional<Offset>> ActionStore::position(const StreamId& stream) {
  const auto stored = TRY(database_->get(Family::meta, keys::of_stream(stream)));
  if (!stored) return std::nullopt;
  const StreamPosition position = TRY(decode_position(*stored));
  return position.next == kNeverRead ? std::nullopt : std::optional(position.next);
}

Result<void> ActionStore::acknowledge(std::span<const std::string> letters) {
  rocksdb::WriteBatch batch;
  for (const std::string& key : letters) batch.Delete(database_->family(Family::outbox), key);
  const auto status = database_->db->Write(rocksdb::WriteOptions(), &batch);
  if (!status.ok()) return std::unexpected(error_of(status, "forgetting delivered dead letters"));
  return {};
}

Result<std::uint64_t> ActionStore::free_bytes() {
  struct statvfs disk{};
  if (statvfs(directory_.c_str(), &disk) != 0) return fail(Errc::unavailable, "cannot ask for free space");
  return std::uint64_t{disk.f_bavail} * disk.f_frsize;
}

}  // namespace riposte
