#include "connectors/file/stdin.h"

#include <cerrno>
#include <system_error>
#include <utility>

#include <poll.h>
#include <unistd.h>

namespace riposte {

using namespace file;

StdinSource::StdinSource(int descriptor, const std::string& nonce, std::size_t event_bytes_max)
    : descriptor_(descriptor),
      lines_(StreamId("stdin#" + nonce), Offset(0), event_bytes_max),
      chunk_(kChunkBytes, '\0') {
  batch_.emplace_back(Assigned{lines_.stream(), Offset(0)});
}

Result<std::vector<SourceEvent>> StdinSource::poll(std::chrono::milliseconds timeout) {
  if (!batch_.empty()) timeout = std::chrono::milliseconds::zero();
  if (paused_ || exhausted_) {
    ::poll(nullptr, 0, static_cast<int>(timeout.count()));
  } else {
    auto collected = collect(timeout);
    if (!collected && batch_.empty()) return std::unexpected(std::move(collected).error());
  }
  filling_ = {};
  return std::exchange(batch_, {});
}

Result<void> StdinSource::collect(std::chrono::milliseconds timeout) {
  while (move_lines(lines_, batch_, filling_)) {
    if (!batch_.empty()) timeout = std::chrono::milliseconds::zero();
    pollfd readable{descriptor_, POLLIN, 0};
    if (::poll(&readable, 1, static_cast<int>(timeout.count())) <= 0) return {};
    const ssize_t got = ::read(descriptor_, chunk_.data(), chunk_.size());
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return {};
    if (got < 0)
      return fail(Errc::unavailable, "cannot read standard input: " + std::generic_category().message(errno));
    if (got == 0) {
      if (auto record = lines_.last()) add_record(batch_, std::move(*record));
      batch_.emplace_back(Exhausted{lines_.stream()});
      exhausted_ = true;
      return {};
    }
    lines_.feed(std::string_view(chunk_.data(), static_cast<std::size_t>(got)));
    timeout = std::chrono::milliseconds::zero();
  }
  return {};
}

}  // namespace riposte
