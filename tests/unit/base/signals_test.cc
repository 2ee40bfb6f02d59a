#include "engine/base/signals.h"

#include <gtest/gtest.h>
#include <pthread.h>

namespace riposte {
namespace {

class SignalsOfAProcess : public testing::Test {
 protected:
  void SetUp() override { pthread_sigmask(SIG_SETMASK, nullptr, &mask_before_); }
  void TearDown() override {
    while (signals_->take()) {
    }
    signals_.reset();
    pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
    ::signal(SIGPIPE, SIG_DFL);
  }

  sigset_t mask_before_{};
  std::optional<Signals> signals_;
};

TEST_F(SignalsOfAProcess, WaitUntilTheyAreTaken) {
  signals_.emplace();
  EXPECT_EQ(signals_->take(), std::nullopt);
  pthread_kill(pthread_self(), SIGHUP);
  EXPECT_EQ(signals_->take(), Signals::Wish::reload);
  EXPECT_EQ(signals_->take(), std::nullopt);
  for (const int signal : {SIGINT, SIGTERM}) {
    pthread_kill(pthread_self(), signal);
    EXPECT_EQ(signals_->take(), Signals::Wish::end);
  }
}

TEST_F(SignalsOfAProcess, OfABrokenPipeAreIgnored) {
  signals_.emplace();
  pthread_kill(pthread_self(), SIGPIPE);
  EXPECT_EQ(signals_->take(), std::nullopt);
}

}  // namespace
}  // namespace riposte
