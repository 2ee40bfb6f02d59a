#include <gtest/gtest.h>

#include "engine/ports/source.h"

namespace riposte {
namespace {

Record numbered(const std::string& stream, std::int64_t offset) {
  return {StreamId(stream), Offset(offset), Offset(offset + 1), std::to_string(offset)};
}

TEST(RecordRun, HoldsWhatComesFromOneStreamWithoutABreak) {
  std::vector<SourceEvent> events;
  add_record(events, numbered("a", 7));
  add_record(events, numbered("a", 8));
  add_record(events, numbered("b", 1));
  add_record(events, numbered("a", 9));
  ASSERT_EQ(events.size(), 3U);
  const auto& run = std::get<RecordRun>(events.front());
  ASSERT_EQ(run.size(), 2U);
  EXPECT_EQ(run.bytes(), 2U);
  EXPECT_EQ(run[1].stream, StreamId("a"));
  EXPECT_EQ(run[1].offset, Offset(8));
  EXPECT_EQ(run[1].next, Offset(9));
  EXPECT_EQ(run[1].bytes, "8");
  EXPECT_FALSE(run[1].oversize);
}

TEST(RecordRun, EndsWhereAnEventThatIsNoRecordCame) {
  std::vector<SourceEvent> events;
  add_record(events, numbered("a", 7));
  events.emplace_back(Revoked{StreamId("a")});
  add_record(events, numbered("a", 8));
  EXPECT_EQ(events.size(), 3U);
}

TEST(RecordRun, GivesTheBytesBackToTheirOwnerWhenItGoes) {
  std::string bytes = "kept";
  {
    RecordRun run(StreamId("a"));
    run.add({run.stream(), Offset(1), Offset(2), bytes},
            BytesOwner(&bytes, [](void* owned) { static_cast<std::string*>(owned)->assign("gone"); }));
    EXPECT_EQ(run[0].bytes, "kept");
  }
  EXPECT_EQ(bytes, "gone");
}

}  // namespace
}  // namespace riposte
