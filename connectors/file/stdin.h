/// NDJSON from a pipe: the stream "stdin#<nonce>".
///
/// What was read cannot be read again: records taken but not durable when the process ends are lost, and a
/// new process begins a new stream. For input that must survive a crash use a file or Kafka.
///
/// Units:   offsets are bytes since the process began to read.
/// Threads: as Source.
/// Errors:  unavailable (the descriptor cannot be read).
/// Limits:  a paused stream is not read, so that the pipe fills and the writer waits. Lines as in lines.h.
#pragma once

#include <string>

#include "connectors/file/lines.h"

namespace riposte {

class StdinSource final : public Source {
 public:
  /// `descriptor` is borrowed. `nonce` must differ from every earlier run's.
  StdinSource(int descriptor, const std::string& nonce, std::size_t event_bytes_max);

  Result<std::vector<SourceEvent>> poll(std::chrono::milliseconds timeout) override;
  void pause(const StreamId&) override { paused_ = true; }
  void resume(const StreamId&) override { paused_ = false; }
  void committed(const StreamId&, Offset) override {}

 private:
  Result<void> collect(std::chrono::milliseconds timeout);

  const int descriptor_;
  file::LineSplitter lines_;
  bool paused_ = false;
  bool exhausted_ = false;
  std::vector<SourceEvent> batch_;
  file::Filling filling_;
  std::string chunk_;
};

}  // namespace riposte
