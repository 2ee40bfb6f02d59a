#include "engine/authoring/schema_detect.h"

#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/temporary_directory.h"

namespace riposte {
namespace {

using testing::HasSubstr;

class SchemaDetect : public ::testing::Test {
 protected:
  std::string file_with(const std::string& name, const std::string& text) {
    const std::string path = (folder_.path() / name).string();
    std::ofstream(path) << text;
    return path;
  }
  Result<bool> detect(const std::string& events, std::vector<std::string> schemas = {"auto"},
                      bool json = false) {
    out_.str("");
    return detect_schemas(file_with("events", events), schemas, json, out_);
  }

  test::TemporaryDirectory folder_;
  std::ostringstream out_;
};

constexpr const char* kFalco =
    R"({"rule":"Shell","priority":"Notice","output":"o","time":"2026-01-02T03:04:05Z",)"
    R"("source":"syscall","output_fields":{"proc.pid":7,"user.name":"ann\u001b[2J"}})";

TEST_F(SchemaDetect, ShowsTheFormatTheSeverityTheLogSourceAndTheFields) {
  EXPECT_EQ(detect(kFalco), Result<bool>(true));
  EXPECT_EQ(out_.str(),
            "line 1: falco\n"
            "  severity                    low\n"
            "  product                     falco, linux\n"
            "  category                    unknown\n"
            "  service                     unknown\n"
            "  time                        2026-01-02T03:04:05Z\n"
            "  rule.id                     Shell\n"
            "  rule.name                   Shell\n"
            "  process.pid                 7\n"
            "  user.name                   ann\\x1b[2J\n"
            "1 line, 1 falco\n");
}

TEST_F(SchemaDetect, PrintsOneObjectPerLine) {
  EXPECT_EQ(detect(std::string(kFalco) + "\n{\"a\":1}\n{", {"auto"}, true), Result<bool>(false));
  std::istringstream lines(out_.str());
  std::vector<nlohmann::json> documents;
  for (std::string line; std::getline(lines, line);) documents.push_back(nlohmann::json::parse(line));
  ASSERT_EQ(documents.size(), 3U);
  EXPECT_EQ(documents[0]["schema"], "falco");
  EXPECT_EQ(documents[0]["severity"], "low");
  EXPECT_EQ(documents[0]["fields"]["process.pid"], "7");
  EXPECT_EQ(documents[0]["logsource"]["product"], (nlohmann::json{"falco", "linux"}));
  EXPECT_TRUE(documents[0]["logsource"]["service"].is_null());
  EXPECT_EQ(documents[1]["schema"], "generic");
  EXPECT_EQ(documents[1]["recognised"], false);
  EXPECT_EQ(documents[2]["error"]["reason"], "not_json");
}

TEST_F(SchemaDetect, PrefersASchemaOfOnesOwnToTheShippedOnes) {
  const std::string own =
      file_with("own.yaml", "name: own\ndetect: {rule: Shell}\nfields: {user.name: rule}\n");
  EXPECT_EQ(detect(kFalco, {"auto", own}), Result<bool>(true));
  EXPECT_THAT(out_.str(), HasSubstr("line 1: own\n"));
  EXPECT_EQ(detect("{\"a\":1}", {own}), Result<bool>(false));
  EXPECT_THAT(out_.str(), HasSubstr("line 1: not recognised"));
}

TEST_F(SchemaDetect, SaysWhatIsWrongWithAFileOrASchema) {
  const std::vector<std::string> automatic{"auto"};
  EXPECT_EQ(detect_schemas((folder_.path() / "none").string(), automatic, false, out_).error().code,
            Errc::not_found);
  EXPECT_EQ(detect_schemas(folder_.path().string(), automatic, false, out_).error().code, Errc::invalid);
  const auto unknown = detect("{}", {"falcon"});
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().code, Errc::invalid);
  EXPECT_THAT(unknown.error().what, HasSubstr("did you mean 'falco'?"));
}

}  // namespace
}  // namespace riposte
