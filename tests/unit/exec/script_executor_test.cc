#include "connectors/exec/script_executor.h"

#include <algorithm>
#include <cstdlib>
#include <stop_token>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include "connectors/exec/script_manifest.h"
#include "tests/support/scratch.h"

namespace riposte {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::HasSubstr;

constexpr const char* kCountAndKeep = "#!/bin/sh\necho once >> effects\ncat > seen\n";

class ScriptExecution : public ::testing::Test {
 protected:
  /// Loads one plugin: its program and the rest of its manifest.
  void load(const std::string& program, const std::string& more = "") {
    scratch_.write_program("plugin/run.sh", program);
    scratch_.write("plugin/plugin.yaml", "id: job\ncommand: [run.sh]\n" + more);
    const std::vector<std::string> paths{(scratch_.path() / "plugin").string()};
    LoadedScripts loaded = load_scripts(paths);
    for (const Diagnostic& diagnostic : loaded.diagnostics) ADD_FAILURE() << diagnostic.text();
    scripts_ = std::move(loaded.scripts);
  }

  static Action order() {
    Action action;
    action.id = ActionId("00112233445566778899aabbccddeeff");
    action.type = ActionType::run_script;
    action.parameters = {{"script", "job"}};
    action.attempt = 1;
    action.updated_at = SystemClock().now();
    return action;
  }

  /// Whatever is written to this file of the journal's finds the disk full, until the file is removed.
  std::filesystem::path fill_disk_under(const std::string& extension) const {
    const auto file = scratch_.path() / "journal" / (order().id.value() + extension);
    std::filesystem::create_symlink("/dev/full", file);
    return file;
  }

  long effects() const { return std::ranges::count(scratch_.read("plugin/effects"), '\n'); }

  test::Scratch scratch_;
  Scripts scripts_;
  ScriptJournal journal_ = *ScriptJournal::open(scratch_.path() / "journal", SystemClock().now());
  ScriptExecutor executor_{scripts_, journal_};
};

TEST_F(ScriptExecution, AScriptGetsItsDocumentAndItsFolder) {
  load(kCountAndKeep, "parameters: {user: {type: string, required: true}}\n");
  Action action = order();
  action.parameters["user"] = "ada; rm -rf \"$HOME\" `id` $(id)\n'";
  const Outcome outcome = executor_.execute(action, {});
  EXPECT_EQ(outcome.kind, Outcome::Kind::ok) << outcome.detail;
  const auto seen = nlohmann::json::parse(scratch_.read("plugin/seen"));
  EXPECT_EQ(seen["parameters"]["user"], "ada; rm -rf \"$HOME\" `id` $(id)\n'");
  EXPECT_EQ(seen["attempt"], 1);
}

TEST_F(ScriptExecution, AFailureNamesExitCodeAndLastWords) {
  load("#!/bin/sh\necho 'no such user' >&2\nexit 3\n");
  const Outcome outcome = executor_.execute(order(), {});
  EXPECT_EQ(outcome.kind, Outcome::Kind::error);
  EXPECT_EQ(outcome.detail, "exit code 3: no such user");
  EXPECT_EQ(outcome.evidence.at("exit_code"), "3");
}

TEST_F(ScriptExecution, AFailureIsFinalToo) {
  load("#!/bin/sh\necho once >> effects\nexit 3\n");
  executor_.execute(order(), {});
  EXPECT_EQ(executor_.execute(order(), {}).detail, "exit code 3");
  EXPECT_EQ(effects(), 1);
}

TEST_F(ScriptExecution, ALateScriptIsATimeout) {
  load("#!/bin/sh\nexec sleep 600\n", "timeout: 200ms\n");
  const Outcome outcome = executor_.execute(order(), {});
  EXPECT_EQ(outcome.kind, Outcome::Kind::timeout);
  EXPECT_THAT(outcome.detail, HasSubstr("200ms"));
}

TEST_F(ScriptExecution, AChangedScriptIsRefusedAndLeavesNoTrace) {
  load(kCountAndKeep);
  scratch_.write("plugin/run.sh", "#!/bin/sh\necho evil >> effects\n");
  const Outcome outcome = executor_.execute(order(), {});
  EXPECT_EQ(outcome.kind, Outcome::Kind::refused_guard);
  EXPECT_THAT(outcome.detail, HasSubstr("script changed since it was loaded"));
  EXPECT_EQ(effects(), 0);
  EXPECT_EQ(executor_.probe(order()).kind, Probe::Kind::never_ran);
  EXPECT_THAT(executor_.preview(order())->notes, Contains(HasSubstr("would be refused now")));
}

TEST_F(ScriptExecution, AProgramThatCannotStartHasNotRunAndIsOnRecordAsThat) {
  load("#!/nowhere/interpreter\n");
  const Outcome outcome = executor_.execute(order(), {});
  EXPECT_EQ(outcome.kind, Outcome::Kind::error);
  EXPECT_THAT(outcome.detail, HasSubstr("nothing was run"));
  EXPECT_EQ(executor_.probe(order()).outcome.kind, Outcome::Kind::error);
}

TEST_F(ScriptExecution, AStartWithoutAnEndOnRecordIsNeverRepeated) {
  load(kCountAndKeep);
  ASSERT_TRUE(journal_.record_started(order().id, false));
  EXPECT_EQ(executor_.execute(order(), {}).kind, Outcome::Kind::unknown);
  EXPECT_EQ(executor_.probe(order()).kind, Probe::Kind::unknown);
  Action next_attempt = order();
  next_attempt.attempt = 2;
  EXPECT_EQ(executor_.execute(next_attempt, {}).kind, Outcome::Kind::unknown);
  EXPECT_EQ(effects(), 0);
}

TEST_F(ScriptExecution, AStartWithoutAnEndIsRepeatedWhereTheManifestAllowsIt) {
  load(kCountAndKeep, "on_unknown: rerun\n");
  ASSERT_TRUE(journal_.record_started(order().id, false));
  EXPECT_EQ(executor_.probe(order()).kind, Probe::Kind::never_ran);
  EXPECT_EQ(executor_.execute(order(), {}).kind, Outcome::Kind::ok);
  EXPECT_EQ(executor_.execute(order(), {}).kind, Outcome::Kind::ok);
  EXPECT_EQ(effects(), 1);
}

TEST_F(ScriptExecution, AStartWithoutAnEndIsSettledByTheVerifyingProgram) {
  scratch_.write_program("plugin/verify.sh", "#!/bin/sh\nexec test -e effects\n");
  load(kCountAndKeep, "verify: [verify.sh]\n");
  ASSERT_TRUE(journal_.record_started(order().id, false));
  EXPECT_EQ(executor_.probe(order()).kind, Probe::Kind::unknown);
  scratch_.write("plugin/effects", "once\n");
  const Probe probe = executor_.probe(order());
  EXPECT_EQ(probe.kind, Probe::Kind::ran);
  EXPECT_EQ(probe.outcome.kind, Outcome::Kind::ok);
}

TEST_F(ScriptExecution, ARecordThatDoesNotDecodeIsADoubtAndNotARun) {
  load(kCountAndKeep);
  scratch_.write("journal/" + order().id.value() + ".done", "{");
  EXPECT_EQ(executor_.execute(order(), {}).kind, Outcome::Kind::unknown);
  EXPECT_EQ(executor_.probe(order()).kind, Probe::Kind::unknown);
  EXPECT_EQ(effects(), 0);
}

TEST_F(ScriptExecution, NothingRunsWhereTheJournalCannotBeWritten) {
  load(kCountAndKeep);
  std::filesystem::remove_all(scratch_.path() / "journal");
  const Outcome outcome = executor_.execute(order(), {});
  EXPECT_EQ(outcome.kind, Outcome::Kind::error);
  EXPECT_THAT(outcome.detail, HasSubstr("nothing was run"));
  EXPECT_EQ(effects(), 0);
}

TEST_F(ScriptExecution, AFullDiskHoldsTheStartUpUntilThereIsRoom) {
  load(kCountAndKeep, "on_unknown: rerun\n");
  const auto full = fill_disk_under(".started");
  std::jthread cleaner([&] {
    std::this_thread::sleep_for(300ms);
    EXPECT_EQ(effects(), 0) << "started without a record of it";
    std::filesystem::remove(full);
  });
  EXPECT_EQ(executor_.execute(order(), {}).kind, Outcome::Kind::ok);
  EXPECT_EQ(effects(), 1);
}

TEST_F(ScriptExecution, AFullDiskHoldsTheEndUpUntilItIsOnRecord) {
  load(kCountAndKeep);
  const auto full = fill_disk_under(".new");
  std::jthread cleaner([&] {
    while (effects() == 0) std::this_thread::sleep_for(10ms);
    EXPECT_EQ(executor_.probe(order()).kind, Probe::Kind::unknown);
    std::filesystem::remove(full);
  });
  EXPECT_EQ(executor_.execute(order(), {}).kind, Outcome::Kind::ok);
  EXPECT_EQ(executor_.probe(order()).kind, Probe::Kind::ran);
  EXPECT_EQ(effects(), 1);
}

TEST_F(ScriptExecution, AnEngineThatEndsWhileTheDiskIsFullStartsNothing) {
  load(kCountAndKeep, "on_unknown: rerun\n");
  fill_disk_under(".started");
  std::stop_source stopping;
  stopping.request_stop();
  const Outcome outcome = executor_.execute(order(), stopping.get_token());
  EXPECT_EQ(outcome.kind, Outcome::Kind::unknown);
  EXPECT_THAT(outcome.detail, HasSubstr("not started"));
  EXPECT_EQ(effects(), 0);
}

TEST_F(ScriptExecution, AScriptThatAnEndingEngineCutsOffIsADoubtAndNotAFailure) {
  load("#!/bin/sh\necho once >> effects\nexec sleep 600\n");
  std::stop_source stopping;
  std::jthread stopper([&] {
    while (effects() == 0) std::this_thread::sleep_for(10ms);
    stopping.request_stop();
  });
  EXPECT_EQ(executor_.execute(order(), stopping.get_token()).kind, Outcome::Kind::unknown);
  EXPECT_EQ(executor_.probe(order()).kind, Probe::Kind::unknown) << "its end must not be on record";
  EXPECT_EQ(executor_.execute(order(), {}).kind, Outcome::Kind::unknown);
  EXPECT_EQ(effects(), 1);
}

TEST_F(ScriptExecution, AnOrderOlderThanTheJournalIsADoubt) {
  load(kCountAndKeep);
  Action old = order();
  old.updated_at = journal_.reaches_back_to() - std::chrono::seconds(1);
  EXPECT_EQ(executor_.probe(old).kind, Probe::Kind::unknown);
}

TEST_F(ScriptExecution, ThePreviewShowsTheExactCommand) {
  load(kCountAndKeep);
  const auto preview = executor_.preview(order());
  ASSERT_TRUE(preview);
  EXPECT_EQ(preview->argv, scripts_.at("job").command);
  executor_.execute(order(), {});
  EXPECT_EQ(scratch_.read("plugin/seen"), preview->stdin_bytes);
}

}  // namespace
}  // namespace riposte
