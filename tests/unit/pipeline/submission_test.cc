#include "engine/pipeline/submission.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/action_builder.h"

namespace riposte {
namespace {

using namespace test;

class Submitting : public testing::Test {
 protected:
  Submitting() {
    for (const ActionTypeSpec& type : action_types()) actions_.executable.push_back(type.type);
    actions_.not_honoured = {"tree"};
  }

  Result<ActionRequest> submit(ActionType type, Parameters parameters) {
    return request_of({UserName("alice"), {}, {}}, {type, "web-1", std::move(parameters), "why", "r1"},
                      {actions_, policy_, own_host_}, kNoon);
  }
  std::string refusal(ActionType type, Parameters parameters) {
    const auto request = submit(type, std::move(parameters));
    return request ? "accepted" : request.error().text();
  }

  ActionCatalogue actions_;
  Policy policy_;
  std::string own_host_ = "engine";
};

TEST_F(Submitting, NamesTheTargetAsARuleWould) {
  EXPECT_EQ(submit(ActionType::block_ip, {{"address", "::ffff:203.0.113.9"}})->target, "address 203.0.113.9");
  EXPECT_EQ(submit(ActionType::quarantine_file, {{"path", "/tmp//x"}})->target, "file /tmp/x");
  EXPECT_EQ(submit(ActionType::isolate_host, {})->target, "host");
  EXPECT_NE(submit(ActionType::block_ip, {{"address", "203.0.113.9"}})->id,
            submit(ActionType::block_ip, {{"address", "203.0.113.8"}})->id);
}

TEST_F(Submitting, HoldsParametersToTheirBounds) {
  EXPECT_EQ(refusal(ActionType::kill_process, {{"pid", std::int64_t{0}}}),
            "parameter 'pid': '0' is out of bounds; write 1 to 2147483647");
  EXPECT_EQ(refusal(ActionType::kill_process, {{"pid", std::int64_t{9}}, {"term_grace", "1m"}}),
            "parameter 'term_grace': '1m' is out of bounds; write 0s to 30s");
  EXPECT_EQ(refusal(ActionType::kill_process, {{"pid", std::int64_t{9}}, {"tree", true}}),
            "nothing here keeps to parameter 'tree' of kill_process; leave it out");
}

TEST_F(Submitting, LetsNoContainmentLastForEver) {
  EXPECT_EQ(submit(ActionType::isolate_host, {})->ttl, std::chrono::hours(24));
  EXPECT_EQ(submit(ActionType::block_ip, {{"address", "203.0.113.9"}})->ttl, std::chrono::hours(4));
  EXPECT_EQ(submit(ActionType::unblock_ip, {{"address", "203.0.113.9"}})->ttl, Duration::zero());
}

TEST_F(Submitting, SparesAnAddressForAWhileUnlessItSaysOtherwise) {
  EXPECT_EQ(submit(ActionType::unblock_ip, {{"address", "203.0.113.9"}})->parameters.at("grace"),
            Value("600s"));
  EXPECT_EQ(
      submit(ActionType::unblock_ip, {{"address", "203.0.113.9"}, {"grace", "0s"}})->parameters.at("grace"),
      Value("0s"));
  EXPECT_FALSE(submit(ActionType::block_ip, {{"address", "203.0.113.9"}})->parameters.contains("grace"));
  EXPECT_FALSE(submit(ActionType::unisolate_host, {})->parameters.contains("grace"));
}

}  // namespace
}  // namespace riposte
