#include "connectors/file/source.h"

#include <algorithm>
#include <utility>

#include <poll.h>

#include "connectors/file/tracked_file.h"

namespace riposte {

using namespace file;

namespace {

/// How often a followed file is looked at while nothing comes.
constexpr std::chrono::milliseconds kFollowInterval{100};

void wait(std::chrono::milliseconds duration) { ::poll(nullptr, 0, static_cast<int>(duration.count())); }

}  // namespace

Result<std::unique_ptr<FileSource>> FileSource::open(FileOptions options, PositionLookup lookup) {
  auto first =
      TRY_DOING("opening the file source", TrackedFile::open(options.path, options.event_bytes_max, lookup));
  return std::unique_ptr<FileSource>(
      new FileSource(std::move(options), std::move(lookup), std::make_unique<TrackedFile>(std::move(first))));
}

FileSource::FileSource(FileOptions options, PositionLookup lookup, std::unique_ptr<TrackedFile> current)
    : options_(std::move(options)), lookup_(std::move(lookup)), current_(std::move(current)) {
  batch_.emplace_back(Assigned{current_->stream(), current_->start()});
}

FileSource::~FileSource() = default;

Result<std::vector<SourceEvent>> FileSource::poll(std::chrono::milliseconds timeout) {
  auto collected = collect();
  while (collected && batch_.empty() && timeout > std::chrono::milliseconds::zero()) {
    const auto step = std::min(timeout, kFollowInterval);
    wait(step);
    timeout -= step;
    collected = collect();
  }
  if (batch_.empty() && !collected) return std::unexpected(std::move(collected).error());
  filling_ = {};
  return std::exchange(batch_, {});  // an error behind records comes again with the next call
}

Result<void> FileSource::collect() {
  if (halted_) return std::unexpected(*halted_);
  while (!paused_ && !exhausted_ && move_lines(current_->lines(), batch_, filling_)) {
    const auto more = read_on();
    if (!more && more.error().code == Errc::corrupt) halted_ = more.error();
    if (!more) return std::unexpected(more.error());
    if (!*more) return {};
  }
  return {};
}

/// False when there is nothing more for now.
Result<bool> FileSource::read_on() {
  if (TRY(current_->refill()) > 0) return true;
  if (options_.follow) return follow_on();
  finish();
  return false;
}

Result<bool> FileSource::follow_on() {
  TRY(current_->check_not_truncated());
  if (!current_->replaced_at(options_.path)) return false;
  if (TRY(current_->refill()) > 0) return true;  // written between our last look and the renaming
  return move_on();
}

Result<bool> FileSource::move_on() {
  auto successor = TrackedFile::open(options_.path, options_.event_bytes_max, lookup_);
  if (!successor && successor.error().code == Errc::not_found) return false;  // renamed again at this moment
  if (!successor) return fail(std::move(successor).error(), "following the file to its successor");
  finish();
  exhausted_ = false;
  current_ = std::make_unique<TrackedFile>(std::move(*successor));
  batch_.emplace_back(Assigned{current_->stream(), current_->start()});
  return true;
}

void FileSource::finish() {
  if (auto record = current_->lines().last()) add_record(batch_, std::move(*record));
  batch_.emplace_back(Exhausted{current_->stream()});
  exhausted_ = true;
}

void FileSource::pause(const StreamId& stream) {
  if (stream == current_->stream()) paused_ = true;
}

void FileSource::resume(const StreamId& stream) {
  if (stream == current_->stream()) paused_ = false;
}

}  // namespace riposte
