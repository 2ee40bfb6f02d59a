// The crash test's own check: a comparison that cannot fail would prove nothing.

#include "tests/crash/account.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace riposte::test {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

const StreamId kStream{"kafka:detections/0"};

/// Two detections, of which each calls for one script; both ran, and everything is as it should be.
class Accounts : public testing::Test {
 protected:
  Accounts() {
    for (const std::int64_t offset : {0, 1}) want("a" + std::to_string(offset), offset);
    account_.produced[kStream] = 3;
    account_.letters[{kStream, 2}] = {"not_json", "{"};
    remains_.positions[kStream] = 3;
    delivered_ = {{{kStream, 2}, {"not_json", "{"}}};
  }

  void want(const std::string& name, std::int64_t offset) {
    const ActionId id(name);
    account_.actions[id] = {
        "uid-" + name, RuleId("rule"), "plain", ActionType::run_script, {{kStream, offset}}};
    Action action;
    action.id = id;
    action.partition = Partition(1);
    action.cause = {.stream = kStream,
                    .offset = Offset(offset),
                    .event_uid = "uid-" + name,
                    .rule = RuleId("rule"),
                    .template_name = "plain"};
    action.attempt = 1;
    action.state = State::completed;
    action.verification = Verification::passed;
    remains_.actions.push_back(action);
    for (const char* event : {"proposed", "started", "reported", "checked"}) {
      AuditRecord record;
      record.sequence = remains_.audit.size() + 1;
      record.partition = Partition(1);
      record.action = id;
      record.event = event;
      record.to = State::completed;
      record.verification = Verification::passed;
      remains_.audit.push_back(record);
    }
    remains_.ledger.push_back(name);
    remains_.started_scripts.insert(id);
    remains_.ended_scripts.insert(id);
  }

  void make_last(State state, Verification verification = Verification::none) {
    remains_.actions.back().state = remains_.audit.back().to = state;
    remains_.actions.back().verification = remains_.audit.back().verification = verification;
  }

  Verdict at_end() const { return compare_end(account_, remains_, delivered_); }
  Verdict after_kill() const { return compare_remains(account_, remains_, {}); }

  Account account_;
  Remains remains_;
  std::vector<std::pair<Place, WantedLetter>> delivered_;
};

TEST_F(Accounts, AgreeWhenEverythingRanOnce) { EXPECT_THAT(at_end().findings, IsEmpty()); }

TEST_F(Accounts, SeeALineThatIsThereTwice) {
  remains_.ledger.emplace_back("a1");
  EXPECT_EQ(after_kill().twice, 1);
  EXPECT_THAT(at_end().findings, Contains(HasSubstr("ran 2 times")));
}

TEST_F(Accounts, SeeALineThatIsMissing) {
  remains_.ledger.pop_back();
  EXPECT_EQ(at_end().lost, 1);
  EXPECT_THAT(at_end().findings, Contains("a1 counts as completed and never ran"));
}

TEST_F(Accounts, SeeALineOfAnActionThatNobodyRecorded) {
  remains_.ledger.emplace_back("a9");
  EXPECT_EQ(after_kill().unrecorded, 1);
}

TEST_F(Accounts, SeeALineOfAnActionThatIsStillQueuedOnRecord) {
  make_last(State::queued);
  EXPECT_EQ(after_kill().unrecorded, 1);
}

TEST_F(Accounts, SeeALineOfAnActionThatFailedBeforeItWasStarted) {
  make_last(State::failed);
  remains_.actions.back().attempt = 0;
  EXPECT_EQ(after_kill().unrecorded, 1);
}

TEST_F(Accounts, SeeAMissingActionOnlyWhenItsDetectionWasDealtWith) {
  remains_.actions.pop_back();
  remains_.ledger.pop_back();
  remains_.audit.resize(4);
  EXPECT_EQ(after_kill().lost, 1);
  remains_.positions[kStream] = 1;
  EXPECT_THAT(after_kill().findings, IsEmpty());
  EXPECT_THAT(at_end().findings, Contains("kafka:detections/0 ended at 1 of 3 records"));
}

TEST_F(Accounts, SeeAnActionAheadOfThePosition) {
  remains_.positions[kStream] = 1;
  EXPECT_THAT(after_kill().findings,
              Contains(HasSubstr("its detection kafka:detections/0@1 is not dealt with")));
}

TEST_F(Accounts, SeeAnActionThatNothingCallsFor) {
  account_.actions.erase(ActionId("a1"));
  EXPECT_EQ(after_kill().extra, 1);
}

TEST_F(Accounts, SeeAnActionThatIsStoredTwice) {
  remains_.actions.push_back(remains_.actions.back());
  EXPECT_EQ(after_kill().twice, 1);
}

TEST_F(Accounts, SeeAnotherCause) {
  remains_.actions.back().cause.event_uid = "uid-a0";
  EXPECT_THAT(after_kill().findings, Contains(HasSubstr("and that is another")));
}

TEST_F(Accounts, SeeAGapInTheAudit) {
  remains_.audit.erase(remains_.audit.begin() + 1);
  EXPECT_THAT(after_kill().findings, Contains("partition 1: audit record 3 where 2 was due"));
}

TEST_F(Accounts, SeeAnActionThatWasStartedTwice) {
  remains_.audit[2].event = "started";
  EXPECT_EQ(after_kill().twice, 1);
}

TEST_F(Accounts, SeeAnAuditThatSaysSomethingElseThanTheRow) {
  remains_.audit.back().to = State::failed;
  EXPECT_THAT(after_kill().findings, Contains(HasSubstr("its last audit record does not say so")));
}

TEST_F(Accounts, SeeAPositionBeyondTheInputAndOneThatWentBack) {
  EXPECT_THAT(compare_remains(account_, remains_, remains_).findings, IsEmpty());
  Remains before = remains_;
  before.positions[kStream] = 4;
  EXPECT_THAT(compare_remains(account_, remains_, before).findings,
              Contains(HasSubstr("went back from 4 to 3")));
  remains_.positions[kStream] = 4;
  EXPECT_THAT(after_kill().findings, Contains(HasSubstr("only 3 records were produced")));
}

TEST_F(Accounts, SeeAGroupThatIsAheadOfTheStore) {
  remains_.group_offsets[kStream] = 4;
  EXPECT_THAT(after_kill().findings, Contains(HasSubstr("ahead of the stored 3")));
}

TEST_F(Accounts, AllowDoubtOnlyAboutAScriptThatWasCutOff) {
  make_last(State::executing);
  remains_.actions.back().in_doubt = true;
  EXPECT_EQ(at_end().in_doubt, 1);
  EXPECT_THAT(at_end().findings, Contains(HasSubstr("no script of it was cut off")));
  remains_.ended_scripts.erase(ActionId("a1"));
  EXPECT_THAT(at_end().findings, IsEmpty());
  remains_.ledger.pop_back();
  EXPECT_THAT(at_end().findings, IsEmpty());
}

TEST_F(Accounts, SeeAnActionThatIsUnfinishedUnprovedOrFailedAtTheEnd) {
  make_last(State::executing);
  EXPECT_THAT(after_kill().findings, IsEmpty());
  EXPECT_THAT(at_end().findings, Contains(HasSubstr("a1 ended executing")));
  make_last(State::completed, Verification::pending);
  EXPECT_THAT(at_end().findings, Contains(HasSubstr("a1 ended completed, verification pending")));
  make_last(State::failed);
  EXPECT_THAT(at_end().findings, Contains(HasSubstr("a1 ended failed")));
}

TEST_F(Accounts, SeeAnOfferThatRanUnaskedAndAnApprovalThatIsGone) {
  account_.actions[ActionId("a1")].is_offer = true;
  EXPECT_THAT(after_kill().findings, Contains("a1 went on without an approval"));
  account_.approval_asked.insert(ActionId("a1"));
  EXPECT_THAT(at_end().findings, IsEmpty());
  make_last(State::pending_approval);
  remains_.actions.back().attempt = 0;
  remains_.ledger.pop_back();
  EXPECT_THAT(at_end().findings, IsEmpty());
  account_.approval_confirmed.insert(ActionId("a1"));
  EXPECT_EQ(after_kill().lost, 1);
}

TEST_F(Accounts, SeeADeadLetterThatIsMissingAlteredOrNotOne) {
  delivered_.front().second.bytes = "}";
  EXPECT_THAT(at_end().findings, Contains(HasSubstr("the dead letter of kafka:detections/0@2 came as")));
  delivered_.clear();
  EXPECT_EQ(at_end().lost, 1);
  delivered_ = {{{kStream, 2}, {"not_json", "{"}},
                {{kStream, 2}, {"not_json", "{"}},
                {{kStream, 1}, {"not_json", "{"}}};
  EXPECT_EQ(at_end().extra, 1);
  EXPECT_EQ(at_end().lost, 0);
}

TEST_F(Accounts, SeeADeadLetterInTheStoreThatIsNotOneOrNotDelivered) {
  remains_.undelivered[{kStream, 2}] = {"not_json", "{"};
  EXPECT_THAT(after_kill().findings, IsEmpty());
  EXPECT_THAT(at_end().findings, Contains("the dead letter of kafka:detections/0@2 was not delivered"));
  remains_.undelivered[{kStream, 1}] = {"not_json", "{"};
  EXPECT_EQ(after_kill().extra, 1);
}

}  // namespace
}  // namespace riposte::test
