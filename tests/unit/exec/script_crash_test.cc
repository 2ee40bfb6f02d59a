#ifdef RIPOSTE_CRASH_POINTS
#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <string>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "connectors/exec/script_executor.h"
#include "tests/support/scratch.h"

namespace riposte {
namespace {

constexpr const char* kFolderVariable = "RIPOSTE_TEST_FOLDER";

/// One script that leaves a line per run, a journal and an executor, all inside one folder.
struct CrashWorld {
  explicit CrashWorld(std::filesystem::path where) : folder(std::move(where)) {
    Script script;
    script.id = "count";
    script.command = {"/bin/sh", "-c", "echo once >> effects"};
    script.directory = folder.string();
    scripts.emplace(script.id, script);
  }

  static Action order() {
    Action action;
    action.id = ActionId("00112233445566778899aabbccddeeff");
    action.type = ActionType::run_script;
    action.parameters = {{"script", "count"}};
    action.updated_at = SystemClock().now();
    return action;
  }

  std::filesystem::path folder;
  Scripts scripts;
  ScriptJournal journal = *ScriptJournal::open(folder / "journal", SystemClock().now());
  ScriptExecutor executor{scripts, journal};
};

/// The part of the tests below that is killed: a process of its own, because the point to die at is read
/// once.
TEST(ScriptCrashVictim, DISABLED_ExecuteInTheFolderOfTheEnvironment) {
  const char* folder = std::getenv(kFolderVariable);  // NOLINT(concurrency-mt-unsafe): one thread
  ASSERT_NE(folder, nullptr);
  CrashWorld world(folder);
  world.executor.execute(CrashWorld::order(), {});
}

class ScriptCrash : public ::testing::Test {
 protected:
  void execute_until(const std::string& point) {
    const pid_t pid = ::fork();
    if (pid == 0) {
      ::setenv(kFolderVariable, scratch_.path().c_str(), 1);  // NOLINT(concurrency-mt-unsafe): one thread
      ::setenv("RIPOSTE_CRASH_AT", point.c_str(), 1);         // NOLINT(concurrency-mt-unsafe): one thread
      ::execl("/proc/self/exe", "unit_exec",
              "--gtest_filter=ScriptCrashVictim.DISABLED_ExecuteInTheFolderOfTheEnvironment",
              "--gtest_also_run_disabled_tests", "--gtest_brief=1", nullptr);
      ::_exit(127);
    }
    int status = 0;
    ::waitpid(pid, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << point << " was not reached";
  }

  long effects() const { return std::ranges::count(scratch_.read("effects"), '\n'); }

  test::Scratch scratch_;
};
TEST_F(ScriptCrash, BeforeTheEffectIsADoubtBecauseNobodyCanTell) {
  execute_until("exec.after_started_record");
  CrashWorld world(scratch_.path());
  EXPECT_EQ(effects(), 0);
  EXPECT_EQ(world.executor.probe(CrashWorld::order()).kind, Probe::Kind::unknown);
  EXPECT_EQ(world.executor.execute(CrashWorld::order(), {}).kind, Outcome::Kind::unknown);
  EXPECT_EQ(effects(), 0);
}

TEST_F(ScriptCrash, AfterTheEffectIsADoubtAndRunsNothingTwice) {
  execute_until("exec.after_effect");
  CrashWorld world(scratch_.path());
  EXPECT_EQ(world.executor.probe(CrashWorld::order()).kind, Probe::Kind::unknown);
  EXPECT_EQ(world.executor.execute(CrashWorld::order(), {}).kind, Outcome::Kind::unknown);
  EXPECT_EQ(effects(), 1);
}

TEST_F(ScriptCrash, AfterTheEndIsOnRecordLosesNothingAndRunsNothingTwice) {
  execute_until("exec.after_done_record");
  CrashWorld world(scratch_.path());
  const Probe probe = world.executor.probe(CrashWorld::order());
  EXPECT_EQ(probe.kind, Probe::Kind::ran);
  EXPECT_EQ(probe.outcome.kind, Outcome::Kind::ok);
  EXPECT_EQ(world.executor.execute(CrashWorld::order(), {}).kind, Outcome::Kind::ok);
  EXPECT_EQ(effects(), 1);
}

}  // namespace
}  // namespace riposte
#endif
