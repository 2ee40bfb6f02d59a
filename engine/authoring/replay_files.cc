#include "engine/authoring/replay_files.h"

#include <fstream>

#include "engine/authoring/event_lines.h"

namespace riposte {
namespace {

PastRecord record_of(const EventLine& line) {
  const auto number = static_cast<std::int64_t>(line.number);
  return {{StreamId(std::string(line.source)), Offset(number), Offset(number + 1), std::string(line.bytes)},
          {}};
}

}  // namespace

Result<std::unique_ptr<History>> FileHistory::open(std::vector<std::string> sources) {
  for (const std::string& source : sources) {
    std::ifstream file;
    TRY(open_events(source, file));
  }
  return std::unique_ptr<History>(new FileHistory(std::move(sources)));
}

Result<void> FileHistory::read(const See& see) {
  return read_event_lines(
      sources_, [&](const EventLine& line) { see(record_of(line)); },
      [&](std::uint64_t bytes) { done_ = bytes; });
}

std::uint64_t FileHistory::total() const { return total_bytes(sources_); }

}  // namespace riposte
