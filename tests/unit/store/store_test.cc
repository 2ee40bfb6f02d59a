#include <atomic>
#include <fstream>

#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include "engine/store/action_store.h"
#include "tests/support/memory_records.h"
#include "tests/support/records_contract.h"
#include "tests/support/temporary_directory.h"

namespace riposte::test {
namespace {

class StoreHarness {
 public:
  StoreHarness() { reopen(); }
  Records& records() { return *store_; }
  void reopen() {
    store_.reset();
    auto opened = ActionStore::open(directory_.path());
    if (!opened) throw std::runtime_error(opened.error().text());
    store_ = std::move(*opened);
  }

 private:
  TemporaryDirectory directory_;
  std::unique_ptr<ActionStore> store_;
};
INSTANTIATE_TYPED_TEST_SUITE_P(Store, RecordsContract, StoreHarness);

class MemoryHarness {
 public:
  Records& records() { return records_; }
  void reopen() {}

 private:
  MemoryRecords records_;
};
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, RecordsContract, MemoryHarness);

/// What the disk does to the write-ahead log.
enum class Mishap : std::uint8_t { none, no_space, io_error_on_sync };

class FaultyFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  FaultyFile(std::unique_ptr<rocksdb::FSWritableFile>&& file, const std::atomic<Mishap>& mishap)
      : FSWritableFileOwnerWrapper(std::move(file)), mishap_(mishap) {}

  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           rocksdb::IODebugContext* context) override {
    if (mishap_ == Mishap::no_space) return rocksdb::IOStatus::NoSpace("no space left on device");
    return FSWritableFileOwnerWrapper::Append(data, options, context);
  }
  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           const rocksdb::DataVerificationInfo& info,
                           rocksdb::IODebugContext* context) override {
    if (mishap_ == Mishap::no_space) return rocksdb::IOStatus::NoSpace("no space left on device");
    return FSWritableFileOwnerWrapper::Append(data, options, info, context);
  }
  rocksdb::IOStatus Sync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* context) override {
    if (mishap_ == Mishap::io_error_on_sync) return rocksdb::IOStatus::IOError("input/output error");
    return FSWritableFileOwnerWrapper::Sync(options, context);
  }

 private:
  const std::atomic<Mishap>& mishap_;
};

class FaultyDisk final : public rocksdb::FileSystemWrapper {
 public:
  explicit FaultyDisk(const std::atomic<Mishap>& mishap)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), mishap_(mishap) {}
  const char* Name() const override { return "FaultyDisk"; }
  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* context) override {
    std::unique_ptr<rocksdb::FSWritableFile> real;
    auto status = FileSystemWrapper::NewWritableFile(name, options, &real, context);
    if (status.ok()) *file = std::make_unique<FaultyFile>(std::move(real), mishap_);
    return status;
  }

 private:
  const std::atomic<Mishap>& mishap_;
};

struct Faulty {
  std::atomic<Mishap> mishap{Mishap::none};
  std::unique_ptr<rocksdb::Env> env = rocksdb::NewCompositeEnv(std::make_shared<FaultyDisk>(mishap));
  TemporaryDirectory directory;
  std::unique_ptr<ActionStore> store = *ActionStore::open(directory.path(), env.get());
};

TEST(FullDisk, IsUnavailableAndTakesTheSameCommitOnceThereIsRoom) {
  Faulty faulty;
  const Action first = numbered_action(1);
  ASSERT_TRUE(faulty.store->append(std::vector{commit_of(first, 1)}));
  faulty.mishap = Mishap::no_space;
  const std::vector<Commit> second{commit_of(numbered_action(2), 2)};
  const auto refused = faulty.store->append(second);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::unavailable);
  EXPECT_EQ(*faulty.store->find(first.id), first) << "reads go on";

  faulty.mishap = Mishap::none;
  Result<void> taken;
  for (int attempt = 0; attempt < 100; ++attempt) {
    taken = faulty.store->append(second);
    if (taken) break;
    rocksdb::Env::Default()->SleepForMicroseconds(100'000);
  }
  ASSERT_TRUE(taken) << taken.error().text();
  faulty.store.reset();
  faulty.store = *ActionStore::open(faulty.directory.path());
  EXPECT_EQ(faulty.store->list({})->size(), 2U);
  EXPECT_EQ(faulty.store->last_audit_sequence(Partition(1)), 2U);
}

TEST(FailedSync, IsNoFullDiskAndStopsAllWritingUntilReopened) {
  Faulty faulty;
  ASSERT_TRUE(faulty.store->append(std::vector{commit_of(numbered_action(1), 1)}));
  faulty.mishap = Mishap::io_error_on_sync;
  const auto failed = faulty.store->append(std::vector{commit_of(numbered_action(2), 2)});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Errc::corrupt) << "the reaction is to end and reopen, not to try again";
  faulty.store.reset();
  faulty.mishap = Mishap::none;
  const auto reopened = ActionStore::open(faulty.directory.path());
  ASSERT_TRUE(reopened) << reopened.error().text();
  EXPECT_TRUE(*(*reopened)->find(numbered_action(1).id))
      << "what was acknowledged is there; the failed one may be";
}

std::filesystem::path newest_log(const std::filesystem::path& directory) {
  std::filesystem::path newest;
  for (const auto& entry : std::filesystem::directory_iterator(directory / "rocksdb"))
    if (entry.path().extension() == ".log" && entry.path() > newest) newest = entry.path();
  return newest;
}

void write_commits(const std::filesystem::path& directory, int count) {
  const auto store = *ActionStore::open(directory);
  for (int i = 1; i <= count; ++i)
    if (!store->append(std::vector{commit_of(numbered_action(i), static_cast<std::uint64_t>(i))}))
      throw std::runtime_error("append");
}

TEST(DamagedLog, IsRefusedAndNeverOpenedAsIfHalfOfItHadNotBeen) {
  TemporaryDirectory directory;
  write_commits(directory.path(), 200);
  const auto log = newest_log(directory.path());
  {
    std::fstream file(log, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(std::filesystem::file_size(log) / 2));
    file.write("\xff\xff\xff\xff\xff\xff\xff\xff", 8);
  }
  const auto opened = ActionStore::open(directory.path());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::corrupt);
}

TEST(TornTail, OfTheLogIsWhatACrashLeavesAndOpens) {
  TemporaryDirectory directory;
  write_commits(directory.path(), 50);
  const auto log = newest_log(directory.path());
  std::filesystem::resize_file(log, std::filesystem::file_size(log) - 5);
  std::filesystem::remove(directory.path() / "high_water");
  const auto opened = ActionStore::open(directory.path());
  ASSERT_TRUE(opened) << opened.error().text();
  EXPECT_EQ((*opened)->list({.limit = 1000})->size(), 49U);
}

TEST(MissingLog, IsNoticedByTheHighWaterMark) {
  TemporaryDirectory directory;
  write_commits(directory.path(), 50);
  std::filesystem::remove(newest_log(directory.path()));
  const auto opened = ActionStore::open(directory.path());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::corrupt);
}

TEST(TwoProcesses, CannotShareADataDirectory) {
  TemporaryDirectory directory;
  const auto first = ActionStore::open(directory.path());
  ASSERT_TRUE(first);
  const auto second = ActionStore::open(directory.path());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::unavailable);
  EXPECT_NE(second.error().text().find("another process uses this data directory"), std::string::npos);
}

/// A store as format 1 left it: without the family of cooldowns.
void write_format_1(const std::filesystem::path& directory, const std::string& format) {
  std::filesystem::create_directories(directory);
  rocksdb::Options options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const char* name :
       {"default", "open", "closed", "index", "recent", "audit", "audit_by_action", "outbox"})
    families.emplace_back(name, rocksdb::ColumnFamilyOptions());
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open(options, (directory / "rocksdb").string(), families, &handles, &opened).ok());
  const std::unique_ptr<rocksdb::DB> database(opened);
  ASSERT_TRUE(database->Put(rocksdb::WriteOptions(), "format", format).ok());
  for (auto* handle : handles) database->DestroyColumnFamilyHandle(handle);
}

TEST(Store, RaisesItsEpochWheneverItIsOpened) {
  test::TemporaryDirectory directory;
  const auto begun = std::chrono::duration_cast<std::chrono::seconds>(SystemClock().now().time_since_epoch());
  std::uint64_t last = static_cast<std::uint64_t>(begun.count()) - 1;
  for (int times = 0; times < 3; ++times) {
    const auto store = *ActionStore::open(directory.path());
    EXPECT_GT(store->epoch(), last) << "within one second, too";
    last = store->epoch();
  }
}

TEST(Store, TakesOverWhatFormatOneLeft) {
  const TemporaryDirectory directory;
  write_format_1(directory.path(), "1");
  for (int opened = 0; opened < 2; ++opened) {
    const auto store = ActionStore::open(directory.path());
    ASSERT_TRUE(store) << store.error().text();
    EXPECT_TRUE((*store)->cooldowns(Partition(1))->empty());
  }
}

TEST(Store, RefusesAFormatFromTheFuture) {
  const TemporaryDirectory directory;
  write_format_1(directory.path(), "3");
  EXPECT_EQ(ActionStore::open(directory.path()).error().code, Errc::corrupt);
}

}  // namespace
}  // namespace riposte::test
