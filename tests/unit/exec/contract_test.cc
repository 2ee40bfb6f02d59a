#include <algorithm>
#include <map>

#include "connectors/exec/script_executor.h"
#include "tests/support/executor_contract.h"
#include "tests/support/scratch.h"
#include "tests/unit/exec/process_world.h"

namespace riposte::test {
namespace {

class ProcessContractWorld final : public ExecutorWorld {
 public:
  explicit ProcessContractWorld(ActionType type) : type_(type) {
    if (type == ActionType::resume_process)
      world_.executor.execute(world_.order(ActionType::suspend_process), {});
  }
  Executor& executor() override { return world_.executor; }
  Action order() override { return world_.order(type_); }
  int effects() override {
    const char state = world_.victim.state();
    if (type_ == ActionType::kill_process) return state == 'Z' ? 1 : 0;
    return (state == 'T') == (type_ == ActionType::suspend_process) ? 1 : 0;
  }

 private:
  ActionType type_;
  ProcessWorld world_;
};

class ScriptContractWorld final : public ExecutorWorld {
 public:
  Executor& executor() override { return executor_; }
  Action order() override {
    Action action;
    action.id = ActionId("00112233445566778899aabbccddeeff");
    action.type = ActionType::run_script;
    action.parameters = {{"script", "count"}};
    action.updated_at = SystemClock().now();
    return action;
  }
  int effects() override { return static_cast<int>(std::ranges::count(scratch_.read("effects"), '\n')); }

 private:
  Scripts scripts() const {
    Script script;
    script.id = "count";
    script.command = {"/bin/sh", "-c", "echo once >> effects"};
    script.directory = scratch_.path().string();
    return {{script.id, script}};
  }

  Scratch scratch_;
  Scripts scripts_ = scripts();
  ScriptJournal journal_ = *ScriptJournal::open(scratch_.path() / "journal", SystemClock().now());
  ScriptExecutor executor_{scripts_, journal_};
};

ExecutorCase process_case(const char* name, ActionType type) {
  return {name, [type] { return std::make_unique<ProcessContractWorld>(type); }};
}

INSTANTIATE_TEST_SUITE_P(
    Executors, ExecutorContract,
    ::testing::Values(process_case("kill_process", ActionType::kill_process),
                      process_case("suspend_process", ActionType::suspend_process),
                      process_case("resume_process", ActionType::resume_process),
                      ExecutorCase{"run_script", [] { return std::make_unique<ScriptContractWorld>(); }}),
    case_name);

}  // namespace
}  // namespace riposte::test
