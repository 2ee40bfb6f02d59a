#include "rules/language/yaml.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace riposte {
namespace {

using ::testing::HasSubstr;

std::string refusal(std::string_view text) {
  Diagnostics diagnostics("f.yml");
  const auto node = yaml::parse(text, diagnostics);
  if (node) return "accepted";
  return diagnostics.all().size() == 1 ? diagnostics.all().front().text() : "not one diagnostic";
}

yaml::Node tree(std::string_view text) {
  Diagnostics diagnostics("f.yml");
  auto node = yaml::parse(text, diagnostics);
  EXPECT_TRUE(node.has_value()) << (diagnostics.all().empty() ? "" : diagnostics.all().front().text());
  return node.value_or(yaml::Node{});
}

TEST(Yaml, KeepsKeysInOrderWithTheirPlaces) {
  const yaml::Node map = tree("b: 1\na:\n  - x\n  - 'y'\n");
  ASSERT_EQ(map.entries.size(), 2U);
  EXPECT_EQ(map.entries[0].key, "b");
  EXPECT_EQ(map.entries[1].line, 2);
  const yaml::Node& item = map.entries[1].value.items[1];
  EXPECT_EQ(item.line, 4);
  EXPECT_EQ(item.column, 5);
  EXPECT_TRUE(item.quoted);
  EXPECT_FALSE(map.entries[1].value.items[0].quoted);
}

TEST(Yaml, KeepsScalarsAsTheyAreWritten) {
  const yaml::Node values = tree("- yes\n- 0777\n- 00000429\n- 0x1F\n- '~'\n- |-\n  true\n");
  std::vector<std::string> texts;
  for (const yaml::Node& item : values.items) texts.push_back(item.text);
  EXPECT_THAT(texts, ::testing::ElementsAre("yes", "0777", "00000429", "0x1F", "~", "true"));
  EXPECT_TRUE(values.items[5].quoted);
}

TEST(Yaml, TellsNullFromTheEmptyText) {
  const yaml::Node map = tree("a:\nb: ~\nc: null\nd: ''\ne: 'null'\n");
  EXPECT_TRUE(map.find("a")->value.is_null());
  EXPECT_TRUE(map.find("b")->value.is_null());
  EXPECT_TRUE(map.find("c")->value.is_null());
  EXPECT_TRUE(map.find("d")->value.is_scalar());
  EXPECT_TRUE(map.find("e")->value.is_scalar());
}

TEST(Yaml, ReadsBooleansOfTheCoreSchemaOnly) {
  EXPECT_EQ(yaml::as_boolean(tree("true")), true);
  EXPECT_EQ(yaml::as_boolean(tree("False")), false);
  for (const std::string_view text : {"yes", "on", "'true'", "tRuE", "1"})
    EXPECT_FALSE(yaml::as_boolean(tree(text))) << text;
}

TEST(Yaml, ReadsExactIntegersOnly) {
  EXPECT_EQ(yaml::as_integer(tree("-9223372036854775808")), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(yaml::as_integer(tree("+5")), 5);
  EXPECT_EQ(yaml::as_integer(tree("0")), 0);
  for (const std::string_view text : {"9223372036854775808", "007", "1.0", "0x10", "'1'", "-", "1e3"})
    EXPECT_FALSE(yaml::as_integer(tree(text))) << text;
}

TEST(Yaml, ReadsAnEmptyFileAsNull) {
  EXPECT_TRUE(tree("").is_null());
  EXPECT_TRUE(tree("# only a comment\n").is_null());
}

TEST(Yaml, AcceptsWindowsLineEndsAndAByteOrderMark) {
  const yaml::Node map = tree(
      "\xEF\xBB\xBF"
      "a: 1\r\nb: x\r\n");
  EXPECT_EQ(map.find("b")->value.text, "x");
  EXPECT_EQ(map.find("b")->line, 2);
}

TEST(Yaml, RefusesWhatMeansDifferentThingsToDifferentReaders) {
  EXPECT_THAT(refusal("a: &x 1\nb: *x\n"), HasSubstr("f.yml:1:4: error: anchors"));
  EXPECT_THAT(refusal("a: *x\n"), HasSubstr("f.yml:1:"));
  EXPECT_THAT(refusal("a: !!int 1\n"), HasSubstr("tags"));
  EXPECT_THAT(refusal("a: !x {}\n"), HasSubstr("tags"));
  EXPECT_THAT(refusal("a: {<<: {b: 1}}\n"), HasSubstr("merge keys"));
  EXPECT_THAT(refusal("a: 1\nb: 2\na: 3\n"),
              HasSubstr("f.yml:3:1: error: 'a' stands here twice; the first is on line 1"));
  EXPECT_THAT(refusal("a: 1\n---\nb: 2\n"), HasSubstr("second document"));
}

TEST(Yaml, RefusesAliasBombsWithoutExpandingThem) {
  std::string bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\n";
  for (char c = 'b'; c < 'k'; ++c) {
    bomb += std::string(1, c) + ": &" + c + " [";
    for (int i = 0; i < 10; ++i) bomb += std::string(i == 0 ? "" : ",") + "*" + static_cast<char>(c - 1);
    bomb += "]\n";
  }
  EXPECT_THAT(refusal(bomb), HasSubstr("anchors"));
  EXPECT_THAT(refusal("a: &a [*a]\n"), HasSubstr("anchors"));
}

TEST(Yaml, BoundsDepthNodesAndBytes) {
  EXPECT_EQ(refusal(std::string(64, '[') + std::string(64, ']')), "accepted");
  EXPECT_THAT(refusal(std::string(65, '[') + std::string(65, ']')), HasSubstr("deeper than 64"));
  std::string many = "[";
  for (std::size_t i = 0; i < yaml::kNodesMax; ++i) many += "1,";
  EXPECT_THAT(refusal(many + "1]"), HasSubstr("more than 100000 values"));
  EXPECT_THAT(refusal(std::string(yaml::kBytesMax + 1, '#')), HasSubstr("larger than"));
}

TEST(Yaml, RefusesBytesThatAreNoText) {
  EXPECT_THAT(refusal(std::string("a: x\0y\n", 7)),
              HasSubstr("f.yml:1:5: error: byte 0x00 is a control character"));
  EXPECT_THAT(refusal("a: \xC3\x28\n"), HasSubstr("not UTF-8"));
  EXPECT_THAT(refusal("a: \xED\xA0\x80\n"), HasSubstr("not UTF-8"));
  EXPECT_THAT(refusal("\xFF\xFE"
                      "a"),
              HasSubstr("not UTF-8"));
  EXPECT_EQ(refusal("a: \xF0\x9F\x98\x80\n"), "accepted");
}

TEST(Yaml, SaysWhereItCannotBeRead) {
  for (const std::string_view text :
       {"a: [1", "a: 'x", "a: b: c", "\ta: 1", "a: @x", "- a\nb: 1", "{a: 1}}", "\"\\q\""})
    EXPECT_THAT(refusal(text), HasSubstr("error: ")) << text;
}

TEST(Yaml, SaysThatTheFileEndsWithinAnEscape) {
  EXPECT_EQ(refusal("a: 1\nb: \"C:\\"),
            R"(f.yml:2:8: error: not readable as YAML: unknown escape character: \x04; )"
            R"(in double quotes every backslash is written twice: use single quotes)")
      << "yaml-cpp reads on behind the end";
}

TEST(YamlFiles, ReadsRegularFilesOnly) {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("riposte_yaml_" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "good.yml") << "a: 1\n";
  std::ofstream(folder / "large.yml") << std::string(yaml::kBytesMax + 1, '#');
  ASSERT_EQ(::mkfifo((folder / "fifo.yml").c_str(), 0600), 0);
  EXPECT_EQ(yaml::read_file(folder / "good.yml").value(), "a: 1\n");
  EXPECT_EQ(yaml::read_file(folder / "none.yml").error().code, Errc::not_found);
  EXPECT_EQ(yaml::read_file(folder / "fifo.yml").error().code, Errc::invalid);
  EXPECT_EQ(yaml::read_file(folder / "large.yml").error().code, Errc::invalid);
  EXPECT_EQ(yaml::read_file(folder).error().code, Errc::invalid);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace riposte
