#include "rules/language/wording.h"

#include <gtest/gtest.h>

#include "rules/language/reader.h"

namespace riposte {
namespace {

/// The words for `line` of a selection.
std::string words(const std::string& line) {
  const ActionCatalogue actions;
  const std::map<std::string, ActiveHours> hours;
  Diagnostics diagnostics("rule.yml");
  const auto rule = read_rule("title: T\nid: t\ndetection:\n  s:\n    " + line + "\n  condition: s\n",
                              diagnostics, {actions, hours, {{"servers", {"web-*", "db"}}}});
  return rule ? words_of(rule->selections.front().maps.front().front()) : diagnostics.all().front().text();
}

TEST(Wording, SaysWhatALineLooksFor) {
  EXPECT_EQ(words("process.name: xmrig"), "process.name is 'xmrig'");
  EXPECT_EQ(words("a: [x, 'y*', 7, null, true]"),
            "a is 'x' or starts with 'y' or is 7 or null or missing or true");
  EXPECT_EQ(words("a|contains|all: [x, y]"), "a contains 'x' and 'y'");
  EXPECT_EQ(words("a|endswith|cased: X"), "a ends with 'X' (case counts)");
  EXPECT_EQ(words("a: 'te*t?'"), "a fits 'te*t?'");
  EXPECT_EQ(words("a: '*'"), "a is anything but null");
  EXPECT_EQ(words("a|re: ^x"), "a fits the expression '^x'");
  EXPECT_EQ(words("a|gte: 5"), "a is at least 5");
  EXPECT_EQ(words("a|cidr: 'fe80::/10'"), "a is in fe80::/10");
  EXPECT_EQ(words("a|exists: false"), "a is not there");
  EXPECT_EQ(words("a|fieldref|endswith: b"), "a ends with the value of b");
  EXPECT_EQ(words("a|hour: 3"), "a falls into hour 3");
  EXPECT_EQ(words("a|neq: [1, 2]"), "a does not fit: is 1 or 2");
  EXPECT_EQ(words("a|base64offset|contains: foo"), "a contains 'Zm9v' (in any of 3 forms)");
  EXPECT_EQ(words("a|expand: '%servers%'"), "a starts with 'web-' (in any of 2 forms)");
}

TEST(Wording, CountsWhatItLeavesOut) {
  EXPECT_EQ(words("a: [1, 2, 3, 4, 5, 6, 7]"), "a is 1 or 2 or 3 or 4 or 5 or 2 more");
}

}  // namespace
}  // namespace riposte
