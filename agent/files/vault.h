/// Where files that were taken out of use are kept: a private directory with an object and a sidecar for
/// each.
///
/// Layout:  docs/vault.md. An entry is named by the action that made it; <id>.copied.json turns into
/// <id>.json when
///          the file has left its place.
/// Threads: any, and several processes, for different actions.
/// Errors:  not_found, conflict (another process takes in for the same action), denied, unavailable (no
/// space,
///          I/O), corrupt (a sidecar or an object that does not decode: a person has to look).
/// Owns:    the directory.
/// Source:  docs/decisions/021-vault.md
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/files/sidecar.h"
#include "engine/base/descriptor.h"
#include "engine/base/error.h"

namespace riposte::files {

/// Larger ones take longer to copy than an order may last.
inline constexpr std::uint64_t kFileBytesMax = std::uint64_t{2} << 30;
/// All objects together, so that quarantine never fills a disk.
inline constexpr std::uint64_t kVaultBytesMax = std::uint64_t{10} << 30;

struct VaultLimits {
  std::uint64_t file_bytes = kFileBytesMax;
  std::uint64_t vault_bytes = kVaultBytesMax;
};

class Vault {
 public:
  /// Made where it is not there. Errors: denied, where others may look into it or it is somebody else's.
  static Result<Vault> open(const std::string& directory, const VaultLimits& limits = {});

  enum class Stage : std::uint8_t {
    copied,  ///< whole in the vault; may still be at its place as well
    taken,   ///< it has left its place
  };
  struct Entry {
    Stage stage = Stage::copied;
    Sidecar sidecar;
  };
  Result<std::optional<Entry>> find(const std::string& action) const;
  /// Of every entry, in order; damaged ones among them.
  Result<std::vector<std::string>> actions() const;
  /// To read. Errors: not_found.
  Result<Descriptor> object(const std::string& action) const;

  /// The object, made where there is none; until it is closed, nobody else holds the entry. Whoever changes
  /// the entry holds it. Errors: conflict.
  Result<Descriptor> hold(const std::string& action) const;
  /// The object is durable before its sidecar is. Both are when it returns. What has no name is taken with
  /// that.
  Result<void> record_copied(const Descriptor& object, const Sidecar& sidecar) const;
  Result<void> record_taken(const std::string& action) const;
  /// Object and sidecar; nothing left to remove is no error.
  Result<void> discard(const std::string& action) const;

  /// Removes objects without a sidecar that nobody holds: what a crash left of a copy that was not finished.
  /// The number of them.
  Result<std::size_t> sweep() const;

  /// Errors: unavailable, where a file of this size is too large or has no room.
  Result<void> refuse_oversized(std::uint64_t size) const;
  const FileId& id() const { return id_; }

 private:
  Vault(std::string path, Descriptor directory, FileId id, const VaultLimits& limits)
      : path_(std::move(path)), directory_(std::move(directory)), id_(id), limits_(limits) {}

  /// What stands before `end` in the names that end so.
  Result<std::vector<std::string>> names_before(std::string_view end) const;
  Result<std::uint64_t> bytes_used() const;
  Result<void> write_sidecar(const Sidecar& sidecar) const;
  Result<std::optional<Sidecar>> read_sidecar(const std::string& name) const;
  Result<void> remove(const std::string& name) const;
  Result<void> sync() const;
  std::string in_vault(const std::string& name) const { return path_ + "/" + name; }

  std::string path_;
  Descriptor directory_;
  FileId id_;
  VaultLimits limits_;
};

}  // namespace riposte::files
