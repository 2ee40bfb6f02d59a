#include <algorithm>
#include <filesystem>

#include <gtest/gtest.h>

#include "connectors/exec/script_executor.h"
#include "connectors/exec/script_manifest.h"
#include "connectors/script/script_order.h"
#include "connectors/script/script_run.h"
#include "tests/support/scratch.h"

namespace riposte {
namespace {

TEST(ExamplePlugins, NotifyIsLoadedRunsAndProvesItself) {
  const test::Scratch scratch;
  std::filesystem::copy(std::filesystem::path(RIPOSTE_SOURCE_DIR) / "examples/plugins",
                        scratch.path() / "plugins", std::filesystem::copy_options::recursive);
  const std::vector<std::string> paths{(scratch.path() / "plugins").string()};
  const LoadedScripts loaded = load_scripts(paths);
  for (const Diagnostic& diagnostic : loaded.diagnostics) ADD_FAILURE() << diagnostic.text();
  ASSERT_TRUE(loaded.scripts.contains("notify"));

  Action action;
  action.id = ActionId("00112233445566778899aabbccddeeff");
  action.type = ActionType::run_script;
  action.parameters = {{"script", "notify"}, {"user", "ada\n$(id)"}, {"summary", "something happened"}};
  const auto order = read_script_order(action, loaded.scripts);
  ASSERT_TRUE(order) << order.error().text();
  EXPECT_EQ(run_verification(*order, action, {}).kind, Proof::Kind::disproven);

  auto journal = ScriptJournal::open(scratch.path() / "journal", SystemClock().now());
  ASSERT_TRUE(journal);
  ScriptExecutor executor(loaded.scripts, *journal);
  const Outcome outcome = executor.execute(action, {});
  EXPECT_EQ(outcome.kind, Outcome::Kind::ok) << outcome.detail;
  const std::string lines = scratch.read("plugins/notify/notifications.log");
  EXPECT_EQ(lines, action.id.value() + " " + payload_of(*order, action, 0));
  EXPECT_EQ(std::ranges::count(lines, '\n'), 1);
  EXPECT_EQ(run_verification(*order, action, {}).kind, Proof::Kind::proven);
}

}  // namespace
}  // namespace riposte
