// Actions per second through ActionStore::append, against RocksDB fed with the same bytes.
//
// Both write to the same disk in turns, batch by batch. In the end every column family of both must hold the
// same.

#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <rocksdb/db.h>
#include <rocksdb/utilities/options_util.h>

#include "bench/program.h"
#include "bench/samples.h"
#include "bench/some_commit.h"
#include "engine/lifecycle/codec.h"
#include "engine/store/action_store.h"
#include "engine/store/database.h"
#include "engine/store/keys.h"
#include "tests/support/temporary_directory.h"

namespace riposte::bench {
namespace {

namespace fs = std::filesystem;

void must(const rocksdb::Status& status) {
  if (!status.ok()) throw std::runtime_error("RocksDB: " + status.ToString());
}

/// What RocksDB was told about a database, read back from its own files.
struct Settings {
  rocksdb::DBOptions database;
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
};

Settings settings_of(const fs::path& database) {
  Settings settings;
  must(rocksdb::LoadLatestOptions(rocksdb::ConfigOptions(), database.string(), &settings.database,
                                  &settings.families));
  return settings;
}

/// A plain RocksDB with the families of the store, in the same order.
class RawDatabase {
 public:
  RawDatabase(const fs::path& directory, Settings settings, bool read_only = false) {
    rocksdb::DB* opened = nullptr;
    settings.database.create_if_missing = !read_only;
    settings.database.create_missing_column_families = !read_only;
    const std::string name = directory.string();
    must(read_only
             ? rocksdb::DB::OpenForReadOnly(settings.database, name, settings.families, &families_, &opened)
             : rocksdb::DB::Open(settings.database, name, settings.families, &families_, &opened));
    database_.reset(opened);
  }
  ~RawDatabase() {
    for (auto* family : families_) database_->DestroyColumnFamilyHandle(family);
  }
  RawDatabase(const RawDatabase&) = delete;
  RawDatabase& operator=(const RawDatabase&) = delete;

  rocksdb::DB& database() { return *database_; }
  rocksdb::ColumnFamilyHandle* family(std::size_t index) const { return families_.at(index); }
  std::size_t family_count() const { return families_.size(); }

 private:
  std::unique_ptr<rocksdb::DB> database_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
};

constexpr benchmark::IterationCount kSmokeTurns = 4;

struct RawPut {
  Family family;
  std::string key;
  std::string value;
};

/// What the store writes for a commit of new actions, ready to be put.
std::vector<RawPut> puts_of(const Commit& commit, std::uint64_t commit_count) {
  std::vector<RawPut> puts;
  for (const Action& action : commit.rows) {
    const std::string partition = keys::of_partition(action.partition);
    puts.push_back({Family::open, keys::of_action(action.partition, action.id), encode(action)});
    puts.push_back({Family::index, action.id.value(), partition});
    puts.push_back({Family::recent, keys::of_creation(action.created_at, action.id), partition});
  }
  for (const AuditRecord& record : commit.audit) {
    puts.push_back({Family::audit, keys::of_audit(record.partition, record.sequence), encode(record)});
    puts.push_back({Family::audit_by_action,
                    keys::of_action_audit(record.action, record.partition, record.sequence), ""});
  }
  puts.push_back({Family::meta, keys::of_stream(commit.position->stream), encode(*commit.position)});
  puts.push_back({Family::meta, std::string(keys::kCommitCount), keys::be64(commit_count)});
  return puts;
}

void write(RawDatabase& raw, const std::vector<RawPut>& puts) {
  rocksdb::WriteBatch batch;
  for (const RawPut& put : puts)
    batch.Put(raw.family(static_cast<std::size_t>(put.family)), put.key, put.value);
  rocksdb::WriteOptions synced;
  synced.sync = true;
  must(raw.database().Write(synced, &batch));
}

std::unique_ptr<rocksdb::Iterator> first_of(RawDatabase& database, std::size_t family) {
  std::unique_ptr<rocksdb::Iterator> at(
      database.database().NewIterator(rocksdb::ReadOptions(), database.family(family)));
  at->SeekToFirst();
  return at;
}

/// What the store alone has: written when it is opened, not with a commit.
bool is_of_opening(const rocksdb::Slice& key) {
  return key == rocksdb::Slice(keys::kFormat.data(), keys::kFormat.size()) ||
         key == rocksdb::Slice(keys::kEpoch.data(), keys::kEpoch.size());
}

/// The name of the first family in which they differ.
std::optional<std::string> difference(RawDatabase& store, RawDatabase& raw) {
  for (std::size_t family = 0; family < store.family_count(); ++family) {
    const auto ours = first_of(store, family);
    const auto theirs = first_of(raw, family);
    for (; ours->Valid(); ours->Next()) {
      if (is_of_opening(ours->key())) continue;
      if (!theirs->Valid() || ours->key() != theirs->key() || ours->value() != theirs->value())
        return kFamilyNames.at(family);
      theirs->Next();
    }
    must(ours->status());
    must(theirs->status());
    if (theirs->Valid()) return kFamilyNames.at(family);
  }
  return {};
}

struct Turns {
  Samples store;
  Samples raw;
};

void append(ActionStore& store, const Commit& commit) {
  if (const auto done = store.append({&commit, 1}); !done) throw std::runtime_error(done.error().text());
}

/// One batch into both; who comes first changes from turn to turn. The time of the store.
Seconds take_turn(ActionStore& store, RawDatabase& raw, const Commit& commit, Turns& turns) {
  const auto turn = turns.store.count();
  const auto puts = puts_of(commit, turn + 1);
  Seconds stored{};
  if (turn % 2 == 0) stored = time_of([&] { append(store, commit); });
  turns.raw.add(time_of([&] { write(raw, puts); }));
  if (turn % 2 != 0) stored = time_of([&] { append(store, commit); });
  turns.store.add(stored);
  return stored;
}

void report(benchmark::State& state, const Turns& turns, std::size_t batch) {
  const double actions = static_cast<double>(turns.store.count() * batch);
  state.counters["actions/s"] = actions / turns.store.sum().count();
  state.counters["raw_actions/s"] = actions / turns.raw.sum().count();
  state.counters["ratio"] = turns.raw.sum() / turns.store.sum();
  state.counters["ratio_p50"] = turns.raw.percentile(0.5) / turns.store.percentile(0.5);
  state.counters["p50_us"] = microseconds(turns.store.percentile(0.5));
  state.counters["raw_p50_us"] = microseconds(turns.raw.percentile(0.5));
}

void commit_new_actions(benchmark::State& state) {
  const auto batch = static_cast<std::size_t>(state.range(0));
  const test::TemporaryDirectory directory;
  const fs::path store_files = directory.path() / "store";
  const fs::path raw_files = directory.path() / "raw";
  auto store = ActionStore::open(store_files);
  if (!store) throw std::runtime_error(store.error().text());
  const Settings settings = settings_of(store_files / "rocksdb");
  RawDatabase raw(raw_files, settings);

  Turns turns;
  CommitMaker maker;
  while (state.KeepRunning())
    state.SetIterationTime(take_turn(**store, raw, maker.proposed(batch), turns).count());
  store->reset();
  RawDatabase reopened(store_files / "rocksdb", settings, true);
  if (const auto family = difference(reopened, raw))
    throw std::runtime_error("the two databases differ in family " + *family);
  report(state, turns, batch);
}

void register_workloads(bool smoke) {
  struct Size {
    std::int64_t batch;
    benchmark::IterationCount turns;
  };
  for (const Size size : {Size{1, 1000}, Size{10, 1000}, Size{100, 300}, Size{500, 100}}) {
    add_workload("commit/new_actions", commit_new_actions)
        ->ArgName("batch")
        ->Arg(size.batch)
        ->Unit(benchmark::kMicrosecond)
        ->Iterations(smoke ? kSmokeTurns : size.turns);
  }
}

}  // namespace
}  // namespace riposte::bench

int main(int argc, char** argv) {
  return riposte::bench::run_program(argc, argv, riposte::bench::register_workloads);
}
