// What a small file may turn into: a megabyte of rules must not take gigabytes or minutes.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/language/reader.h"

namespace riposte {
namespace {

using testing::HasSubstr;

/// The first error, or nothing.
std::string first_error(const std::string& yaml) {
  const ActionCatalogue actions;
  const std::map<std::string, ActiveHours> hours;
  Diagnostics diagnostics("rule.yml");
  read_documents(yaml, diagnostics, {actions, hours});
  for (const Diagnostic& diagnostic : diagnostics.all())
    if (diagnostic.kind == Diagnostic::Kind::error) return diagnostic.text();
  return {};
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

std::string rule_with(const std::string& detection) {
  return "title: t\nid: i\ndetection:\n" + detection + "  condition: s\n";
}

TEST(RuleLimits, BoundWhatStandsUnderManyDocuments) {
  const std::string yaml =
      "action: global\ntags: [" + repeated("a,", 1000) + "a]\n" + repeated("---\n{}\n", 200);
  EXPECT_THAT(first_error(yaml),
              HasSubstr("rule.yml:202:1: error: 'action: global' and 'repeat' make more than"));
}

TEST(RuleLimits, BoundSelectionsAndConditions) {
  std::string selections = "  s: {a: 1}\n";
  for (int i = 0; i < 1000; ++i) selections += fmt::format("  s{}: [x]\n", i);
  EXPECT_THAT(first_error(rule_with(selections)), HasSubstr("more than 1000 selections"));
  const std::string conditions = "  s: {a: 1}\n  condition: [" + repeated("s,", 101) + "]\n";
  EXPECT_THAT(first_error("title: t\nid: i\ndetection:\n" + conditions),
              HasSubstr("more than 100 conditions"));
}

TEST(RuleLimits, BoundTheTextsThatOneValueStandsFor) {
  const std::string dashes = repeated(" -a", 5);  // 3125 texts
  EXPECT_EQ(first_error(rule_with("  s: {f|windash|base64: '" + dashes + "'}\n")), "");
  EXPECT_THAT(first_error(rule_with("  s: {f|windash|base64: '" + dashes + repeated("b", 2000) + "'}\n")),
              HasSubstr("it stands for more than"));
}

TEST(RuleLimits, BoundTheTextsThatOneFileStandsFor) {
  const std::string rule = rule_with("  s: {f|windash|base64: '" + repeated(" -a", 5) + "'}\n");
  EXPECT_EQ(first_error(repeated("---\n" + rule, 32)), "");
  EXPECT_THAT(first_error(repeated("---\n" + rule, 33)),
              HasSubstr("rule.yml:194:1: error: the rules up to here stand for more than 100000 texts"));
  const std::string value = "      - '" + repeated(" -a", 5) + "'\n";
  EXPECT_THAT(first_error(rule_with("  s:\n    f|windash|base64:\n" + repeated(value, 33))),
              HasSubstr("rule.yml:38:9: error: 'detection' stands for more than 100000 texts"));
}

}  // namespace
}  // namespace riposte
