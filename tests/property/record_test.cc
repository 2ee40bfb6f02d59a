// What is taken from records, and which are refused, is what simdjson's DOM says: of random records, of
// broken ones, and of those that are nearly like the one before.
#include <array>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/property/record_maker.h"
#include "tests/support/record_oracle.h"

namespace riposte {
namespace {

constexpr std::size_t kDepth = 6;
constexpr int kRecords = 20'000;

/// One reader for all records, so that they are compared with those before.
class Agreement {
 public:
  /// False when they do not agree; says how.
  ::testing::AssertionResult on(const std::string& record) {
    const RecordReading expected = oracle_.read(record);
    ++of_reason_[expected.reason];
    const RecordReading found = reader_.read(record);
    if (found == expected) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure()
           << "of " << record << "\nsimdjson says " << simdjson::error_message(expected.error) << " "
           << expected.reason << " " << expected.content << "\nthe reader "
           << simdjson::error_message(found.error) << " " << found.reason << " " << found.content;
  }
  int count(const std::string& reason) const {
    const auto found = of_reason_.find(reason);
    return found == of_reason_.end() ? 0 : found->second;
  }
  const RecordReader& reader() const { return reader_.reader(); }

 private:
  DomOracle oracle_{kDepth};
  ReaderUnderTest reader_{kDepth};
  std::map<std::string, int> of_reason_;
};

TEST(ReadingRandomRecords, AgreesWithTheDom) {
  Seeded random(15);
  RecordMaker maker(random);
  Agreement agreement;
  for (int i = 0; i < kRecords; ++i) ASSERT_TRUE(agreement.on(maker.record())) << i;
  EXPECT_GT(agreement.count(""), kRecords / 2);
  EXPECT_GT(agreement.count("duplicate_key"), kRecords / 100);
  EXPECT_GT(agreement.count("too_deep"), 0);
  EXPECT_LT(agreement.count("not_json"), kRecords / 100);  // large integers
}

TEST(ReadingBrokenRecords, AgreesWithTheDom) {
  Seeded random(16);
  RecordMaker maker(random);
  Agreement agreement;
  for (int i = 0; i < kRecords; ++i) {
    const std::string record = maker.record();
    for (int again = 0; again < 3; ++again) ASSERT_TRUE(agreement.on(maker.damaged(record))) << i;
  }
  EXPECT_GT(agreement.count(""), kRecords / 4);
  EXPECT_GT(agreement.count("not_json"), kRecords);
  EXPECT_GT(agreement.count("duplicate_key"), 0);
  EXPECT_GT(agreement.count("not_an_object"), 0);
}

/// Members that are left out, doubled, moved or put into an object of their own.
std::string variant(Seeded& random) {
  constexpr std::array<std::string_view, 8> kMembers{
      R"("Image":"C:\\a.exe")", R"("EventID":1)",         R"("User":"x")",       R"("a\u0062":2)",
      R"("nested":{"User":1})", R"("list":[{"User":1}])", R"("list2":[1,{},2])", R"("Ratio":0.5)"};
  std::vector<std::string> members(kMembers.begin(), kMembers.end());
  for (std::size_t changes = random.below(3); changes > 0; --changes) {
    const std::size_t at = random.below(members.size());
    const std::size_t other = random.below(members.size());
    switch (random.below(4)) {
      case 0:
        members.erase(members.begin() + static_cast<std::ptrdiff_t>(at));
        break;
      case 1:
        std::swap(members[at], members[other]);
        break;
      case 2:
        members[at] = fmt::format(R"("in":{{{},{}}})", members[at], members[other]);
        break;
      default:
        members[at] = members[other];
    }
  }
  return fmt::format("{{{}}}", fmt::join(members, ","));
}

TEST(ReadingRecordsNearlyLikeEachOther, AgreesWithTheDom) {
  Seeded random(17);
  Agreement agreement;
  std::map<std::uint64_t, std::string> keys_of;  // by shape
  int known = 0;
  for (int i = 0; i < kRecords; ++i) {
    const std::string record = variant(random);
    ASSERT_TRUE(agreement.on(record)) << i;
    const Outline& outline = agreement.reader().outline();
    std::string keys;
    for (const Member& member : outline.members) keys += fmt::format("{} {} ", member.hash, member.owner);
    if (outline.shape == 0) continue;  // refused, or with an escaped key
    const auto [shape, is_new] = keys_of.emplace(outline.shape, keys);
    known += is_new ? 0 : 1;
    ASSERT_EQ(shape->second, keys) << record;
  }
  EXPECT_GT(known, 0);
  EXPECT_GT(agreement.count(""), kRecords / 4);
  EXPECT_GT(agreement.count("duplicate_key"), kRecords / 10);
}

}  // namespace
}  // namespace riposte
