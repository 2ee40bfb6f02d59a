/// Between the network program of a host and its hands: passes every order on twice, and some a third time
/// long after.
///
/// Threads: its own; what it is told to do, the test's.
#pragma once

#include <deque>
#include <filesystem>
#include <random>
#include <string>
#include <thread>

#include "engine/base/descriptor.h"
#include "engine/order/frame.h"

namespace riposte::test {

class LatePost {
 public:
  /// Listens at `here`, passes on to `hands`. Errors: throws std::system_error.
  LatePost(const std::filesystem::path& here, std::filesystem::path hands, std::uint64_t seed);
  ~LatePost();
  LatePost(const LatePost&) = delete;
  LatePost& operator=(const LatePost&) = delete;

 private:
  void work(const std::stop_token& stop);
  void pass_on(const Descriptor& link, const std::stop_token& stop);
  bool pass_down(std::string_view bytes, order::FrameReader& reader, const Descriptor& hands);

  static constexpr std::size_t kRemembered = 32;

  std::filesystem::path hands_;
  std::mt19937_64 random_;
  std::deque<std::string> old_orders_;
  Descriptor door_;
  std::jthread thread_;
};

}  // namespace riposte::test
