#include "connectors/verify/script_verifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "connectors/script/pinned_files.h"
#include "tests/support/scratch.h"

namespace riposte {
namespace {

using ::testing::HasSubstr;

class ScriptVerification : public ::testing::Test {
 protected:
  ScriptVerification() {
    Script plain;
    plain.id = "plain";
    plain.command = {"/bin/true"};
    plain.directory = scratch_.path().string();
    scripts_["plain"] = plain;
  }

  /// A second script whose proof is the given shell program.
  void verify_by(const std::string& program) {
    Script script = scripts_.at("plain");
    script.id = "verified";
    script.verify = {scratch_.write_program("verify.sh", "#!/bin/sh\n" + program).string()};
    script.pinned[script.verify.front()] = *digest_of_file(script.verify.front());
    scripts_["verified"] = script;
  }

  Proof check(const std::string& script) {
    Action action;
    action.id = ActionId("00ff");
    action.type = ActionType::run_script;
    action.parameters = {{"script", script}};
    action.evidence = {{"output", "ticket 17"}};
    return verifier_.check(action, {});
  }

  test::Scratch scratch_;
  Scripts scripts_;
  ScriptJournal journal_ = *ScriptJournal::open(scratch_.path() / "journal", SystemClock().now());
  ScriptVerifier verifier_{scripts_, journal_};
};

TEST_F(ScriptVerification, WithoutAProgramTheExitCodeOnRecordDecides) {
  EXPECT_EQ(check("plain").kind, Proof::Kind::unknown);
  ASSERT_TRUE(journal_.record_done(ActionId("00ff"), {Outcome::Kind::ok, "exit code 0", {}}));
  EXPECT_EQ(check("plain").kind, Proof::Kind::proven);
  ASSERT_TRUE(journal_.record_done(ActionId("00ff"), {Outcome::Kind::error, "exit code 1", {}}));
  EXPECT_EQ(check("plain").kind, Proof::Kind::disproven);
}

TEST_F(ScriptVerification, TheProgramsExitCodeIsTheProof) {
  const std::map<std::string, Proof::Kind> expected{{"exit 0", Proof::Kind::proven},
                                                    {"exit 1", Proof::Kind::disproven},
                                                    {"exit 2", Proof::Kind::unknown},
                                                    {"kill -9 $$", Proof::Kind::unknown}};
  for (const auto& [program, kind] : expected) {
    verify_by(program);
    EXPECT_EQ(check("verified").kind, kind) << program;
  }
}

TEST_F(ScriptVerification, TheProgramReadsTheDocumentWithTheEvidence) {
  verify_by("cat > seen");
  EXPECT_EQ(check("verified").kind, Proof::Kind::proven);
  const auto seen = nlohmann::json::parse(scratch_.read("seen"));
  EXPECT_EQ(seen["evidence"]["output"], "ticket 17");
  EXPECT_EQ(seen["script"], "verified");
}

TEST_F(ScriptVerification, AChangedProgramProvesNothing) {
  verify_by("exit 1");
  scratch_.write("verify.sh", "#!/bin/sh\nexit 0\n");
  const Proof proof = check("verified");
  EXPECT_EQ(proof.kind, Proof::Kind::unknown);
  EXPECT_THAT(proof.detail, HasSubstr("changed"));
}

TEST_F(ScriptVerification, AScriptThatIsNoLongerLoadedCannotBeChecked) {
  EXPECT_EQ(check("gone").kind, Proof::Kind::unknown);
}

}  // namespace
}  // namespace riposte
