// What the author's tools say of a file of events that is there for nobody to read: a path below a file.
#include <gtest/gtest.h>

#include "engine/authoring/commands.h"
#include "engine/cli/exit_code.h"
#include "tests/support/scratch.h"

namespace riposte {
namespace {

class UnreadableEvents : public testing::Test {
 protected:
  std::string expected_complaint() const {
    return "riposte: error: cannot read " + events_ + ": Not a directory\n";
  }

  const test::Scratch scratch_;
  const std::string events_ = scratch_.write("file", "").string() + "/x";
};

TEST_F(UnreadableEvents, EndAMatchWithStatusOneAndTheReason) {
  const std::string rules =
      scratch_.write("rule.yml", "title: a\nid: a\ndetection: {s: {process.pid: 7}, condition: s}\n")
          .string();
  testing::internal::CaptureStderr();
  const int code = authoring::match({.rules = {.rules = {rules}}, .events = {events_}});
  EXPECT_EQ(testing::internal::GetCapturedStderr(), expected_complaint());
  EXPECT_EQ(code, cli::kExitRefused);
}

TEST_F(UnreadableEvents, EndTheDetectionOfSchemasWithStatusOneAndTheReason) {
  testing::internal::CaptureStderr();
  const int code = authoring::schema_detect({.events = events_});
  EXPECT_EQ(testing::internal::GetCapturedStderr(), expected_complaint());
  EXPECT_EQ(code, cli::kExitRefused);
}

}  // namespace
}  // namespace riposte
