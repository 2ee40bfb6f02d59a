// The public rules of SigmaHQ, as they are published.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/language/reader.h"
#include "rules/matching/rule_set.h"
#include "tests/support/public_rules.h"
#include "tests/support/scratch.h"
#include "tests/support/test_data.h"

namespace riposte {
namespace {

constexpr std::size_t kRulesThatLoad = 3755;
constexpr std::size_t kRulesWithoutTheirLists = 25;

/// The archive's rules, in a folder of the test's own.
class SigmaHqRules : public testing::Test {
 protected:
  void SetUp() override {
    SKIP_WITHOUT_TEST_DATA();
    test::unpack_public_rules(scratch_.path());
  }

  ReadRules read(PlaceholderLists lists = {}) {
    const std::vector<std::string> paths{scratch_.path().string()};
    return read_rules(paths, {actions_, hours_, std::move(lists)});
  }

  const ActionCatalogue actions_;
  const std::map<std::string, ActiveHours> hours_;
  test::Scratch scratch_;
};

TEST_F(SigmaHqRules, LoadUnchangedButForThoseWhoseListsAreMissing) {
  ReadRules read_back = read();
  const auto compiled = RuleSet::compile(std::move(read_back.rules), {});
  EXPECT_EQ(compiled.rules->size(), kRulesThatLoad);
  EXPECT_EQ(compiled.refused, 0U);
  EXPECT_EQ(read_back.refused, kRulesWithoutTheirLists);
  for (const Diagnostic& diagnostic : read_back.diagnostics) {
    if (diagnostic.kind != Diagnostic::Kind::error) continue;
    EXPECT_THAT(diagnostic.message, testing::ContainsRegex("placeholder '%[^%]+%' has no values"));
  }
}

TEST_F(SigmaHqRules, AllLoadWithLists) {
  PlaceholderLists lists;
  // Every placeholder that a first reading misses gets a list.
  for (const Diagnostic& diagnostic : read().diagnostics) {
    const std::size_t begin = diagnostic.message.find("placeholder '%");
    if (begin == std::string::npos) continue;
    const std::string name = diagnostic.message.substr(begin + 14);
    lists[name.substr(0, name.find('%'))] = {"one", "two"};
  }
  ReadRules all = read(lists);
  EXPECT_EQ(all.rules.size(), kRulesThatLoad + kRulesWithoutTheirLists);
  EXPECT_EQ(all.refused, 0U);
}

}  // namespace
}  // namespace riposte
