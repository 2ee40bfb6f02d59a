// One folder under tests/golden/schemas is one case:
//   schema.yaml        what is read
//   diagnostics.txt    exactly what reading says
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "rules/language/schema_reader.h"

namespace riposte {
namespace {

namespace fs = std::filesystem;

fs::path schema_cases() { return fs::path(RIPOSTE_SOURCE_DIR) / "tests/golden/schemas"; }

std::string text_of_file(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> case_names() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(schema_cases()))
    names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  return names;
}

class GoldenSchemas : public ::testing::TestWithParam<std::string> {};

TEST_P(GoldenSchemas, SayExactlyWhatIsWrittenDown) {
  const fs::path folder = schema_cases() / GetParam();
  Diagnostics diagnostics("schema.yaml");
  EXPECT_FALSE(read_schema(text_of_file(folder / "schema.yaml"), diagnostics).has_value());
  std::string said;
  for (const Diagnostic& diagnostic : diagnostics.take()) said += diagnostic.text() + "\n";
  EXPECT_EQ(said, text_of_file(folder / "diagnostics.txt"));
}

INSTANTIATE_TEST_SUITE_P(Cases, GoldenSchemas, ::testing::ValuesIn(case_names()),
                         [](const auto& tested) { return tested.param; });

}  // namespace
}  // namespace riposte
