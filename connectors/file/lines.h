/// Bytes in, one record per line out. The offset of a record is the byte at which its line starts.
///
/// A line ends with LF or CR LF. Blank lines are skipped; the position moves over them.
/// Limits:  of one line at most kLineBytesKeptMax (or event_bytes_max, if that is more) and one chunk are
/// held; what a
///          longer line has beyond is dropped, its record is `oversize`, and the log says how much is
///          missing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/ports/source.h"

namespace riposte::file {

/// Enough to keep any dead letter whole that somebody may still want to look at.
inline constexpr std::size_t kLineBytesKeptMax = std::size_t{64} << 20;
/// How much is read at once.
inline constexpr std::size_t kChunkBytes = std::size_t{256} << 10;
/// What one poll() returns at most; the last record may be of any size on top.
inline constexpr std::size_t kBatchRecordsMax = 1000;
inline constexpr std::size_t kBatchBytesMax = std::size_t{4} << 20;

class LineSplitter {
 public:
  LineSplitter(StreamId stream, Offset start, std::size_t event_bytes_max,
               std::size_t line_bytes_kept_max = kLineBytesKeptMax);

  /// Only after next() gave nothing.
  void feed(std::string_view bytes);
  /// The next complete line.
  std::optional<Record> next();
  /// What stands behind the last line feed, when nothing more will come.
  std::optional<Record> last();

  const StreamId& stream() const { return stream_; }

 private:
  Record take(std::size_t length, std::size_t terminator);

  StreamId stream_;
  std::size_t event_bytes_max_;
  std::size_t line_bytes_kept_max_;
  std::string buffer_;
  std::size_t begin_ = 0;    // of the first line not taken
  std::size_t scanned_ = 0;  // no line feed between begin_ and here
  std::size_t cut_ = 0;      // bytes dropped of the line at begin_
  std::int64_t offset_;      // of the line at begin_
};

/// How much of what poll() returns at most is taken.
struct Filling {
  std::size_t records = 0;
  std::size_t bytes = 0;
};

/// Moves complete lines into `batch` until it is full or the splitter has no more. False when it is full.
bool move_lines(LineSplitter& lines, std::vector<SourceEvent>& batch, Filling& filling);

}  // namespace riposte::file
