/// What a system call has just refused, thrown as std::system_error.
#pragma once

#include <cerrno>
#include <string>
#include <system_error>

namespace riposte::test {

[[noreturn]] inline void throw_errno(const std::string& doing) {
  throw std::system_error(errno, std::generic_category(), doing);
}

}  // namespace riposte::test
