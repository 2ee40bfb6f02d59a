// The main() of test programs that run in a lab: outside of it, nothing is run.
//
// exit codes: as GoogleTest; 77 where the machine refuses namespaces, 1 there if CI=true

#include <cstdio>

#include <gtest/gtest.h>

#include "tests/support/lab_namespaces.h"
#include "tests/support/skipping.h"

int main(int argc, char** argv) {
  constexpr int kSkipped = 77;
  if (const auto refused = riposte::test::enter_lab(); !refused.empty()) {
    const bool failing = riposte::test::skipping_is_failing();
    std::fprintf(stderr,
                 "%s: %s: the machine refuses %s. Run it as root, or allow user namespaces (sysctl "
                 "kernel.unprivileged_userns_clone=1, user.max_user_namespaces).\n",
                 argv[0], failing ? "FAILED" : "SKIPPED", refused.c_str());
    return failing ? 1 : kSkipped;
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
