#include "agent/deeds/plan.h"

#include <gtest/gtest.h>

#include "agent/deeds/process_facts.h"
#include "agent/ledger/entries.h"

namespace riposte::agent {
namespace {

TEST(Plans, AreReadBackFactByFact) {
  const Facts facts{{"exe", "/bin/a b"}, {"pid", "12"}, {"unit", ""}};
  EXPECT_EQ(decode_plan(encode_plan(facts)), facts);
}

TEST(Plans, KeepOneLineForEachFactWhateverItSays) {
  const std::string plan = encode_plan({{"exe", "x\npid 1\n"}, {"pid", "12"}});
  EXPECT_EQ(fact_of(decode_plan(plan), "pid"), "12");
  EXPECT_EQ(fact_of(decode_plan(plan), "exe"), "x\\npid 1\\n");
}

TEST(Plans, LoseTheirLongestFactWhereTheyAreTooLong) {
  const std::string plan = encode_plan({{"family", std::string(kPlanBytesMax, 'x')}, {"pid", "12"}});
  EXPECT_LE(plan.size(), kPlanBytesMax);
  EXPECT_EQ(decode_plan(plan), (Facts{{"family", ""}, {"pid", "12"}}));
}

TEST(Plans, OfBytesThatAreNoneHaveNoFacts) {
  for (const char* text : {"", "\n", "word", " value", "\n\n"})
    EXPECT_TRUE(decode_plan(text).empty()) << text;
}

TEST(Members, AreReadBackAndWhatIsNoneIsLeftOut) {
  const std::vector<Member> members{{4711, 88}, {1, 0}};
  EXPECT_EQ(text_of(members, 2), "4711@88 1@0");
  EXPECT_EQ(members_in("4711@88 1@0"), members);
  EXPECT_EQ(text_of(members, 1), "4711@88");
  EXPECT_EQ(members_in("@ 1@ @2 x@1 1@x 4711 4711@88 99999999999@1  1@0"), members);
}

}  // namespace
}  // namespace riposte::agent
