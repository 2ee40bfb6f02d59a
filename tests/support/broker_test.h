/// A test suite with one real broker, started for the first test and again for a test that finds it down.
///
/// Without a broker on the machine the tests are skipped with the reason; where CI=true they fail.
/// Limits:  tests share the broker, so each makes its own topics.
#pragma once

#include <cstdlib>
#include <memory>
#include <string_view>

#include <gtest/gtest.h>

#include "tests/support/kafka_broker.h"

namespace riposte::test {

/// On a machine that promises to run everything, what was not run is a failure.
inline bool skipping_is_failing() {
  const char* value = std::getenv("CI");  // NOLINT(concurrency-mt-unsafe): no test sets a variable
  return value != nullptr && std::string_view(value) == "true";
}

/// Leaves the running test, skipped or failed, when there can be no broker.
#define RIPOSTE_REQUIRE_BROKER()                                        \
  do {                                                                  \
    if (const auto reason = ::riposte::test::why_no_broker(); reason) { \
      if (::riposte::test::skipping_is_failing()) FAIL() << *reason;    \
      GTEST_SKIP() << *reason;                                          \
    }                                                                   \
  } while (false)

class BrokerTest : public testing::Test {
 protected:
  static void TearDownTestSuite() { suite_broker.reset(); }

  void SetUp() override {
    RIPOSTE_REQUIRE_BROKER();
    if (!suite_broker) suite_broker = std::make_unique<KafkaBroker>();
    suite_broker->start();
  }

  static KafkaBroker& broker() { return *suite_broker; }

 private:
  static inline std::unique_ptr<KafkaBroker> suite_broker;
};

}  // namespace riposte::test
