/// Where the recorded rules, events and results stand that are no part of the project.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace riposte::test {

/// Empty when nobody says where it is: tests that want it are then skipped.
inline std::filesystem::path reference_data() {
  const char* folder = std::getenv("RIPOSTE_TEST_DATA");  // NOLINT(concurrency-mt-unsafe): nobody sets it
  return folder == nullptr ? "" : folder;
}

/// The cases of one file. Throws when the folder is named and the file is not there.
inline nlohmann::json reference_cases(const std::string& name) {
  const auto path = reference_data() / "vectors" / name;
  std::ifstream file(path);
  if (!file) throw std::runtime_error(path.string() + " is missing");
  return nlohmann::json::parse(file).at("cases");
}

}  // namespace riposte::test

/// At the head of a test that needs the data.
#define SKIP_WITHOUT_REFERENCE_DATA() \
  if (riposte::test::reference_data().empty()) GTEST_SKIP() << "RIPOSTE_TEST_DATA names no folder"
