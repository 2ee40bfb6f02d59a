/// A test suite with one real broker, started for the first test and again for a test that finds it down.
///
/// Without a broker on the machine the tests are skipped with the reason; where CI=true they fail.
/// Limits:  tests share the broker, so each makes its own topics.
#pragma once

#include <memory>

#include <gtest/gtest.h>

#include "tests/support/kafka_broker.h"
#include "tests/support/skipping.h"

namespace riposte::test {

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
