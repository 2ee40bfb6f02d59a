#include <deque>
#include <stdexcept>

#include <gtest/gtest.h>

#include "tests/integration/mock_cluster.h"
#include "tests/support/source_contract.h"

namespace riposte::test {

namespace {

class MockedKafka final : public SourceWorld {
 public:
  MockedKafka() {
    for (const char* group : {"first", "second"}) joining_.emplace_back(options_for(cluster_, group));
  }
  void append(const std::vector<std::string>& records) override { cluster_.produce(0, records); }
  std::unique_ptr<Source> open(PositionLookup lookup) override {
    auto source = joining_.front().take(std::move(lookup));
    joining_.pop_front();
    return source;
  }

 private:
  MockCluster cluster_;
  std::deque<JoiningSource> joining_;
};

/// One world per test, all of them joining their groups at the same time.
class Worlds final : public testing::Environment {
 public:
  void SetUp() override {
    for (int i = 0; i < testing::UnitTest::GetInstance()->test_to_run_count(); ++i)
      ready.push_back(std::make_unique<MockedKafka>());
  }
  void TearDown() override { ready.clear(); }

  static std::unique_ptr<SourceWorld> take() {
    auto world = std::move(ready.front());
    ready.pop_front();
    return world;
  }

 private:
  static inline std::deque<std::unique_ptr<SourceWorld>> ready;
};

testing::Environment* const kWorlds = testing::AddGlobalTestEnvironment(new Worlds);

}  // namespace

INSTANTIATE_TEST_SUITE_P(MockedKafka, SourceContract, testing::Values(&Worlds::take));
INSTANTIATE_TEST_SUITE_P(MockedKafka, ReplayableSourceContract, testing::Values(&Worlds::take));

}  // namespace riposte::test
