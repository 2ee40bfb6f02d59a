/// A file of NDJSON as input, read once to its end or followed as it grows.
///
/// The stream is the file, not the name: "file:<canonical path>#<inode>@<birth time>". When the file is
/// followed and renamed away, it is read to its end, given as Exhausted, and the new file under the name
/// begins as a new stream. A last line without a line feed is a record when the file is read once, or was
/// renamed away; a followed file waits for the line feed.
///
/// Units:   offsets are bytes.
/// Threads: as Source.
/// Errors:  of open(): not_found, invalid, corrupt (the file does not hold the stored position). Of poll():
/// corrupt, for
///          ever, when the file was truncated; what PositionLookup answers for a new file.
/// Limits:  a line over event_bytes_max is `oversize`, and kept up to 64 MiB (see lines.h). A file that was
/// renamed
///          away while nobody read it is not looked for, nor is the middle one of two renamings between two
///          looks. Growth and renaming are seen within 100 ms.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "connectors/file/lines.h"
#include "engine/ports/source.h"

namespace riposte {

namespace file {
class TrackedFile;
}

struct FileOptions {
  std::filesystem::path path;
  bool follow = false;
  std::size_t event_bytes_max = std::size_t{1} << 20;  ///< larger lines are dead letters
};

class FileSource final : public Source {
 public:
  static Result<std::unique_ptr<FileSource>> open(FileOptions options, PositionLookup lookup);
  ~FileSource() override;
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

  Result<std::vector<SourceEvent>> poll(std::chrono::milliseconds timeout) override;
  void pause(const StreamId& stream) override;
  void resume(const StreamId& stream) override;
  /// Nobody else keeps positions of files.
  void committed(const StreamId&, Offset) override {}

 private:
  FileSource(FileOptions options, PositionLookup lookup, std::unique_ptr<file::TrackedFile> current);
  Result<void> collect();
  Result<bool> read_on();
  Result<bool> follow_on();
  Result<bool> move_on();
  void finish();

  const FileOptions options_;
  const PositionLookup lookup_;
  std::unique_ptr<file::TrackedFile> current_;
  bool paused_ = false;
  bool exhausted_ = false;
  std::optional<Error> halted_;  // sticky
  std::vector<SourceEvent> batch_;
  file::Filling filling_;
};

}  // namespace riposte
