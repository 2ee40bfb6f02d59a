/// Recorded rules, events and their expected results, where RIPOSTE_TEST_DATA says that they are; they are no
/// part of the project.
#pragma once

#include <cstdlib>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace riposte::test {

/// Empty when there are none on this machine: tests that want them are then skipped.
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

/// The cases of one file of another engine's. Throws when the folder is named and the file is not there.
inline nlohmann::json reference_cases(const std::string& name) {
  const std::string path = test_data().value() + "/vectors/" + name;
  std::ifstream file(path);
  if (!file) throw std::runtime_error(path + " is missing");
  return nlohmann::json::parse(file).at("cases");
}

}  // namespace riposte::test

/// At the head of a test, or of a fixture's SetUp, that needs the data.
#define SKIP_WITHOUT_TEST_DATA() \
  if (!riposte::test::test_data()) GTEST_SKIP() << "RIPOSTE_TEST_DATA names no folder"
