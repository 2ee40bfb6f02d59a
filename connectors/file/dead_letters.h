/// The dead-letter file: one JSON object per line {time, stream, offset, reason, detail, bytes or
/// bytes_base64}.
///
/// `bytes` is the input as text when it is valid UTF-8; `bytes_base64` otherwise. After a crash a letter may
/// stand there twice, and half a line may stand before it. Threads: one. Errors:  unavailable (disk full, I/O
/// error). Owns:    nothing but its place at the end of the file: rotate it while the engine is not running.
#pragma once

#include <filesystem>
#include <memory>

#include "engine/base/descriptor.h"
#include "engine/ports/dead_letter_sink.h"

namespace riposte {

class FileDeadLetters final : public DeadLetterSink {
 public:
  /// Creates the file, for its owner only, when it is not there. Errors: invalid.
  static Result<std::unique_ptr<FileDeadLetters>> open(std::filesystem::path path);

  /// When it returns, the lines are on the disk.
  Result<void> deliver(std::span<const DeadLetter> letters) override;

 private:
  FileDeadLetters(std::filesystem::path path, Descriptor descriptor)
      : path_(std::move(path)), descriptor_(std::move(descriptor)) {}
  Result<void> write(std::string_view text);
  bool ends_in_half_a_line() const;

  const std::filesystem::path path_;
  Descriptor descriptor_;
};

}  // namespace riposte
