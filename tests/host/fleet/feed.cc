#include "tests/host/fleet/feed.h"

#include <fstream>
#include <utility>

#include <fmt/format.h>

namespace riposte::test {

FileFeed::FileFeed(std::filesystem::path path) : path_(std::move(path)) {
  std::filesystem::create_directories(path_.parent_path());
  std::ofstream made(path_);
}

std::string FileFeed::source() const {
  return fmt::format("{{file: {{path: {}, follow: true}}}}", path_.string());
}

void FileFeed::send(const std::string& detection) {
  std::ofstream(path_, std::ios::app) << detection << '\n' << std::flush;
}

}  // namespace riposte::test
