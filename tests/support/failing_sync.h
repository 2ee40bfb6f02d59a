/// A disk that fails when it is asked to keep what was written.
#pragma once

#include <cerrno>
#include <cstddef>
#include <functional>
#include <iterator>
#include <stdexcept>
#include <thread>

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace riposte::test {

/// Does `work` where each fdatasync fails with an I/O error, as in the programs that it starts.
inline void with_failing_sync(const std::function<void()>& work) {
  bool fails = false;
  // The filter of a thread ends with it.
  std::thread([&] {
    sock_filter program[]{BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                          BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_fdatasync, 0, 1),
                          BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EIO),
                          BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    const sock_fprog filter{.len = std::size(program), .filter = program};
    fails = ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
            ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) == 0;
    if (fails) work();
  }).join();
  if (!fails) throw std::runtime_error("this machine has no seccomp filters");
}

}  // namespace riposte::test
