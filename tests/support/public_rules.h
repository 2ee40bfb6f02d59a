/// The public rules of SigmaHQ, as they are published: an archive among the recorded data.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "tests/support/test_data.h"

namespace riposte::test {

/// Throws when the data has no such archive.
inline void unpack_public_rules(const std::filesystem::path& folder) {
  const std::string command = "tar -C " + folder.string() + " --use-compress-program=zstd -xf " +
                              test_data().value() + "/sigma_rules_8eaafff1.tar.zst";
  // NOLINTNEXTLINE(concurrency-mt-unsafe,cert-env33-c): one thread, and a command of known words
  if (std::system(command.c_str()) != 0) throw std::runtime_error(command + " failed");
}

}  // namespace riposte::test
