/// A TCP port of 127.0.0.1 that the kernel gives to nobody else while the object lives; a server told its
/// number may still listen on it, as often as it is started again.
///
/// Errors:  throws std::system_error.
#pragma once

#include <cstdint>

namespace riposte::test {

class ReservedPort {
 public:
  ReservedPort();
  ~ReservedPort();
  ReservedPort(const ReservedPort&) = delete;
  ReservedPort& operator=(const ReservedPort&) = delete;

  std::uint16_t number() const { return number_; }

 private:
  int socket_;
  std::uint16_t number_ = 0;
};

}  // namespace riposte::test
