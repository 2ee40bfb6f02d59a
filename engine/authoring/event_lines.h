/// Events from files of one JSON object per line, for the author's tools.
#pragma once

#include <cstdint>
#include <fstream>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/error.h"

namespace riposte {

struct EventLine {
  std::string_view source;  ///< the file's name; "-" is stdin
  std::size_t number;       ///< from 1
  std::string_view bytes;   ///< without its end; valid until the next
};

/// Gives every line that is not blank to `see`, file by file. `progress` is told the bytes that have been
/// read. Errors: not_found, invalid (a file cannot be read); what came before it has been seen.
Result<void> read_event_lines(std::span<const std::string> sources,
                              const std::function<void(const EventLine&)>& see,
                              const std::function<void(std::uint64_t)>& progress);

/// Everything that a source has, of one event for instance. Errors: as there.
Result<std::string> read_whole(const std::string& source);

/// Where a source's bytes come from; `file` is opened unless it is stdin. Errors: not_found, invalid.
Result<std::istream*> open_events(const std::string& source, std::ifstream& file);

/// Bytes of all the files together; 0 when one of them has no size that is known beforehand.
std::uint64_t total_bytes(std::span<const std::string> sources);

}  // namespace riposte
