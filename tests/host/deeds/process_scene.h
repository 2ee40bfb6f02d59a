/// A lab's processes, and a test's orders about them.
#pragma once

#include <csignal>
#include <functional>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/host/deeds/deed_scene.h"
#include "tests/support/victim.h"

namespace riposte::agent {

class ProcessScene : public DeedTest {
 protected:
  ProcessScene() { scene_.own = {agent_.pid()}; }
  void TearDown() override {
    for (const auto& process : list_processes())
      if (process.pid > 1 && process.pid != ::getpid()) ::kill(process.pid, SIGKILL);
  }

  static order::ProcessTarget target(pid_t pid) {
    return {.pid = pid,
            .start = read_process(pid)->started_at,
            .boot_id = {},
            .executable_sha256 = {},
            .not_after = SystemClock().now()};
  }
  static std::vector<pid_t> children_of(pid_t parent) {
    std::vector<pid_t> children;
    for (const auto& process : list_processes())
      if (process.parent == parent && !process.is_gone()) children.push_back(process.pid);
    return children;
  }
  static std::vector<pid_t> wait_for_children(pid_t parent, std::size_t count) {
    return eventually([&] { return children_of(parent).size() >= count; }), children_of(parent);
  }
  static bool eventually(const std::function<bool()>& holds) {
    for (int i = 0; i < 1000 && !holds(); ++i) ::usleep(2000);
    return holds();
  }
  static RunState state_of(pid_t pid) {
    const auto process = read_process(pid);
    return process ? process->run_state : RunState::gone;
  }

  test::Victim agent_;
};

}  // namespace riposte::agent
