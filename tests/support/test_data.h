/// Real events and their expected results, where RIPOSTE_TEST_DATA says that they are.
#pragma once

#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace riposte::test {

/// Empty when there are none on this machine.
inline std::optional<std::string> test_data() {
  const char* folder = std::getenv("RIPOSTE_TEST_DATA");  // NOLINT(concurrency-mt-unsafe): no thread sets it
  if (folder == nullptr) return {};
  return folder;
}

inline std::vector<std::string> lines_of_file(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file) << path << " cannot be read";
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

}  // namespace riposte::test
