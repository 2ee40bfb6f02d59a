// Two files under tests/golden/formats are one case:
//   NAME.ndjson   events, one per line
//   NAME.txt      exactly what `riposte schema detect NAME.ndjson` prints
// Every shipped schema has a case of its name.
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "engine/authoring/schema_detect.h"
#include "rules/language/schema_reader.h"

namespace riposte {
namespace {

namespace fs = std::filesystem;

std::string path_of(const std::string& name) {
  return (fs::path(RIPOSTE_SOURCE_DIR) / "tests/golden/formats" / name).string();
}

std::vector<std::string> formats() {
  std::vector<std::string> names{"generic"};
  for (const std::string_view name : shipped_schema_names()) names.emplace_back(name);
  return names;
}

class GoldenFormats : public ::testing::TestWithParam<std::string> {};

TEST_P(GoldenFormats, SayExactlyWhatIsWrittenDown) {
  const std::vector<std::string> automatic{"auto"};
  std::ostringstream said;
  const auto clean = detect_schemas(path_of(GetParam() + ".ndjson"), automatic, false, said);
  ASSERT_TRUE(clean.has_value()) << clean.error().text();
  EXPECT_EQ(*clean, GetParam() != "generic");
  std::ifstream file(path_of(GetParam() + ".txt"));
  std::ostringstream expected;
  expected << file.rdbuf();
  EXPECT_EQ(said.str(), expected.str());
}

INSTANTIATE_TEST_SUITE_P(Formats, GoldenFormats, ::testing::ValuesIn(formats()),
                         [](const auto& tested) { return tested.param; });

}  // namespace
}  // namespace riposte
