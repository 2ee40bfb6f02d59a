// Rules, events and results from the test suites of other engines.
#include <set>

#include <gtest/gtest.h>

#include "rules/event/event_parser.h"
#include "rules/language/reader.h"
#include "rules/matching/rule_set.h"
#include "tests/support/test_data.h"

namespace riposte {
namespace {

using Json = nlohmann::json;

/// `docs/decisions/007-where-sigma-sources-disagree.md` says why.
const std::set<std::string> kOtherResults{"test_match_fieldref_int"};

/// How many of the case's rules match its event. A rule that is refused matches nothing.
std::size_t matches(const Json& tested) {
  const ActionCatalogue actions;
  const std::map<std::string, ActiveHours> hours;
  Diagnostics diagnostics("case");
  ReadDocuments read = read_documents(tested["rule"].get<std::string>(), diagnostics, {actions, hours});
  Schema plain;
  plain.name = "plain";
  const CompiledRules compiled = RuleSet::compile(std::move(read.rules), {plain});
  EventParser parser;
  Scratch scratch;
  const auto event = parser.parse(tested["event"].dump());
  EXPECT_TRUE(event.has_value());
  return compiled.rules->match(*event, scratch)->size();
}

TEST(OtherEnginesCases, ComeOutTheSameHere) {
  SKIP_WITHOUT_TEST_DATA();
  std::size_t compared = 0;
  for (const Json& tested : test::reference_cases("evaluator_core_permissive.json")) {
    const std::string name = tested["test"];
    if (kOtherResults.contains(name)) continue;
    const Json& expected = tested["expected"];
    const std::size_t wanted =
        expected.is_boolean() ? static_cast<std::size_t>(expected.get<bool>()) : expected.get<std::size_t>();
    EXPECT_EQ(matches(tested), wanted) << name << tested["rule"].get<std::string>() << tested["event"].dump();
    ++compared;
  }
  EXPECT_GT(compared, 50U);
}

}  // namespace
}  // namespace riposte
