#include "engine/authoring/event_lines.h"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <system_error>

#include <fmt/format.h>

namespace riposte {
namespace {

constexpr std::string_view kStdin = "-";

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t\r") == std::string_view::npos; }

}  // namespace

Result<std::istream*> open_events(const std::string& source, std::ifstream& file) {
  if (source == kStdin) return &std::cin;
  std::error_code ignored;
  if (std::filesystem::is_directory(source, ignored))
    return fail(Errc::invalid, fmt::format("{} is a folder; name a file with one event per line", source));
  file.open(source, std::ios::binary);
  if (file) return &file;
  const int reason = errno;
  return fail(reason == ENOENT ? Errc::not_found : Errc::invalid,
              fmt::format("cannot read {}: {}", source, std::generic_category().message(reason)));
}

Result<std::string> read_whole(const std::string& source) {
  std::ifstream file;
  std::istream& bytes = *TRY(open_events(source, file));
  return std::string(std::istreambuf_iterator<char>(bytes), {});
}

Result<void> read_event_lines(std::span<const std::string> sources,
                              const std::function<void(const EventLine&)>& see,
                              const std::function<void(std::uint64_t)>& progress) {
  std::uint64_t bytes = 0;
  for (const std::string& source : sources) {
    std::ifstream file;
    std::istream& lines = *TRY(open_events(source, file));
    std::size_t number = 0;
    for (std::string line; std::getline(lines, line);) {
      ++number;
      bytes += line.size() + 1;
      if (line.ends_with('\r')) line.pop_back();
      if (!is_blank(line)) see({source, number, line});
      progress(bytes);
    }
    if (lines.bad()) return fail(Errc::invalid, fmt::format("cannot read {} to its end", source));
  }
  return {};
}

std::uint64_t total_bytes(std::span<const std::string> sources) {
  std::uint64_t total = 0;
  for (const std::string& source : sources) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(source, error)) return 0;
    total += std::filesystem::file_size(source, error);
  }
  return total;
}

}  // namespace riposte
