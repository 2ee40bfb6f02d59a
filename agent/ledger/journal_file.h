/// The file calls of the journal: each reports what it means for the journal, not just that it failed.
///
/// Errors: unavailable (the disk is full: it passes), corrupt (anything else: what is on disk is not known).
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "engine/base/descriptor.h"
#include "engine/base/error.h"

namespace riposte::agent {

/// An open file, closed with its owner.
class JournalFile {
 public:
  /// Creates it where it is missing, for the owner alone, and locks it. Errors: fenced (somebody else has
  /// it), corrupt (no plain file).
  static Result<JournalFile> open(const std::filesystem::path& path);

  Result<std::string> read_all() const;
  Result<void> write_at(std::size_t offset, std::string_view bytes) const;
  Result<void> sync() const;
  /// Cuts off everything behind `size`.
  Result<void> cut(std::size_t size) const;
  /// Whether the disk keeps `bytes` free for this file behind `offset`. A file system that cannot promise
  /// counts as one that does.
  bool reserve(std::size_t offset, std::size_t bytes) const;
  /// Takes the place of `path`, durably. Errors: corrupt.
  Result<void> rename_to(const std::filesystem::path& path);

 private:
  JournalFile(Descriptor file, std::filesystem::path path) : file_(std::move(file)), path_(std::move(path)) {}
  std::unexpected<Error> failed(std::string_view doing, int error) const;

  Descriptor file_;
  std::filesystem::path path_;
};

}  // namespace riposte::agent
