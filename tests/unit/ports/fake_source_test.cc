#include "tests/support/fake_source.h"

#include <gtest/gtest.h>

#include "tests/support/source_contract.h"

namespace riposte::test {

namespace {

class InMemory final : public SourceWorld {
 public:
  void append(const std::vector<std::string>& records) override {
    for (const std::string& record : records) streams_.append(stream_, record);
  }
  std::unique_ptr<Source> open(PositionLookup lookup) override {
    auto source = std::make_unique<FakeSource>(streams_, std::move(lookup));
    source->assign(stream_);
    return source;
  }

 private:
  const StreamId stream_{"fake:detections/0"};
  FakeStreams streams_;
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(Fake, SourceContract, testing::Values(&make_world<InMemory>));
INSTANTIATE_TEST_SUITE_P(Fake, ReplayableSourceContract, testing::Values(&make_world<InMemory>));

TEST(FakeSource, StartsAStreamAgainOnlyAfterItsRevocationWasSeen) {
  FakeStreams streams;
  const StreamId stream{"fake:detections/0"};
  streams.append(stream, "first");
  FakeSource source(streams, nothing_stored());
  source.assign(stream);
  Received received;
  ASSERT_NO_FATAL_FAILURE(poll_into(received, source, {}));
  source.revoke(stream);
  source.assign(stream);
  ASSERT_NO_FATAL_FAILURE(poll_into(received, source, {}));
  EXPECT_EQ(received.revoked.size(), 1U);
  EXPECT_EQ(received.assigned.size(), 1U);
  ASSERT_NO_FATAL_FAILURE(poll_into(received, source, {}));
  EXPECT_EQ(received.assigned.size(), 2U);
}

TEST(FakeSource, EndsAFiniteStreamOnce) {
  FakeStreams streams;
  const StreamId stream{"fake:detections/0"};
  FakeSource source(streams, nothing_stored());
  source.assign(stream);
  Received received;
  ASSERT_NO_FATAL_FAILURE(poll_into(received, source, {}));
  source.finish(stream);
  for (int i = 0; i < 3; ++i) ASSERT_NO_FATAL_FAILURE(poll_into(received, source, {}));
  EXPECT_EQ(received.exhausted.size(), 1U);
}

}  // namespace riposte::test
