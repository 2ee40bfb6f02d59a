/// The open RocksDB with its column families: what the files of this room share. Not for other rooms.
#pragma once

#include <array>
#include <functional>
#include <memory>

#include <rocksdb/db.h>

#include "engine/store/action_store.h"
#include "engine/store/high_water.h"

namespace riposte {

enum class Family : std::uint8_t {
  meta,
  open,
  closed,
  index,
  recent,
  audit,
  audit_by_action,
  outbox,
  cooldown
};
inline constexpr std::array<const char*, 9> kFamilyNames{
    "default", "open", "closed", "index", "recent", "audit", "audit_by_action", "outbox", "cooldown"};

struct ActionStore::Database {
  explicit Database(HighWater mark) : high_water(std::move(mark)) {}
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  std::unique_ptr<rocksdb::DB> db;
  std::vector<rocksdb::ColumnFamilyHandle*> families;
  HighWater high_water;
  std::uint64_t commits = 0;  ///< owned by the one thread that appends
  std::uint64_t epoch = 0;    ///< set once, when it is opened

  rocksdb::ColumnFamilyHandle* family(Family which) const {
    return families[static_cast<std::size_t>(which)];
  }
  /// Nothing when there is no such key. Errors: unavailable, corrupt.
  Result<std::optional<std::string>> get(Family which, const std::string& key) const;
  /// Durably. Errors: unavailable, corrupt.
  Result<void> raise_epoch();
  /// Calls `each` for every key with the prefix, in order, until it answers false or an error.
  Result<void> scan(
      Family which, const std::string& prefix,
      const std::function<Result<bool>(std::string_view key, std::string_view value)>& each) const;
};

/// What a failed RocksDB call means to us.
Error error_of(const rocksdb::Status& status, std::string doing);

}  // namespace riposte
