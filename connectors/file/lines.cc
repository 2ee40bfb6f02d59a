#include "connectors/file/lines.h"

#include <algorithm>
#include <utility>

#include "engine/base/log.h"

namespace riposte::file {

namespace {

/// A buffer that once held a giant line gives its memory back.
constexpr std::size_t kBufferKeptMax = 4 * kChunkBytes;

bool blank(std::string_view line) { return line.find_first_not_of(" \t\r") == line.npos; }

}  // namespace

LineSplitter::LineSplitter(StreamId stream, Offset start, std::size_t event_bytes_max,
                           std::size_t line_bytes_kept_max)
    : stream_(std::move(stream)),
      event_bytes_max_(event_bytes_max),
      line_bytes_kept_max_(std::max(line_bytes_kept_max, event_bytes_max)),
      offset_(start.value()) {}

void LineSplitter::feed(std::string_view bytes) {
  buffer_.erase(0, begin_);
  scanned_ -= begin_;
  begin_ = 0;
  if (buffer_.empty() && buffer_.capacity() > kBufferKeptMax) buffer_.shrink_to_fit();
  if (buffer_.size() > line_bytes_kept_max_) {
    const std::size_t dropped = std::min(bytes.find('\n'), bytes.size());
    cut_ += dropped;
    bytes.remove_prefix(dropped);
  }
  buffer_.append(bytes);
}

std::optional<Record> LineSplitter::next() {
  while (true) {
    const std::size_t at = buffer_.find('\n', scanned_);
    if (at == buffer_.npos) {
      scanned_ = buffer_.size();
      return {};
    }
    Record record = take(at - begin_, 1);
    if (!blank(record.bytes) || record.oversize) return record;
  }
}

std::optional<Record> LineSplitter::last() {
  Record record = take(buffer_.size() - begin_, 0);
  if (blank(record.bytes) && !record.oversize) return {};
  return record;
}

Record LineSplitter::take(std::size_t length, std::size_t terminator) {
  std::string bytes = buffer_.substr(begin_, length);
  const std::size_t cut = std::exchange(cut_, 0);
  if (cut == 0 && bytes.ends_with('\r')) bytes.pop_back();
  const auto next = offset_ + static_cast<std::int64_t>(length + cut + terminator);
  const bool oversize = bytes.size() > event_bytes_max_;
  Record record{stream_, Offset(offset_), Offset(next), std::move(bytes), oversize};
  if (cut > 0)
    log::warning("a line is too long to be kept whole", {{"stream", stream_.value()},
                                                         {"offset", offset_},
                                                         {"bytes_kept", static_cast<std::int64_t>(length)},
                                                         {"bytes_dropped", static_cast<std::int64_t>(cut)}});
  offset_ = next;
  begin_ += length + terminator;
  scanned_ = begin_;
  return record;
}

bool move_lines(LineSplitter& lines, std::vector<SourceEvent>& batch, Filling& filling) {
  while (filling.records < kBatchRecordsMax && filling.bytes < kBatchBytesMax) {
    auto record = lines.next();
    if (!record) return true;
    ++filling.records;
    filling.bytes += record->bytes.size();
    add_record(batch, std::move(*record));
  }
  return false;
}

}  // namespace riposte::file
