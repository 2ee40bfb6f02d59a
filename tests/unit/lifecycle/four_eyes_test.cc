#include <gtest/gtest.h>

#include "engine/lifecycle/step.h"
#include "tests/support/action_builder.h"

namespace riposte {
namespace {

using namespace test;

TEST(FourEyes, RefusesTheSubmitterByAnySpelling) {
  ActionRequest request = some_request();
  request.submitter = {Actor::Kind::person, "Alice"};
  const Action action = lived({Proposed{request, approval()}});
  EXPECT_EQ(may_approve(action, person("alice")).error().code, Errc::denied);
  EXPECT_EQ(may_approve(action, Person{UserName("a.liddell"), {"ALICE"}}).error().code, Errc::denied);
  EXPECT_TRUE(may_approve(action, person("bob")));
}

TEST(FourEyes, RefusesEveryAuthorOfTheRule) {
  ActionRequest request = some_request();
  request.authors = {"Ruth Author", "Second Author"};
  const Action action = lived({Proposed{request, approval()}});
  EXPECT_EQ(may_approve(action, Person{UserName("ruth"), {"Second Author"}}).error().code, Errc::denied);
  EXPECT_TRUE(may_approve(action, Person{UserName("ruth"), {"Third Author"}}));
}

TEST(FourEyes, LetsTheSubmitterCancelTheirOwn) {
  ActionRequest request = some_request();
  request.submitter = {Actor::Kind::person, "alice"};
  const Action action = lived({Proposed{request, approval()}});
  EXPECT_EQ(step(&action, Decided{Decision::cancel, person("alice"), "mistake"}, kNoon)->action.state,
            State::cancelled);
}

}  // namespace
}  // namespace riposte
