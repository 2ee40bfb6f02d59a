/// The namespaces that a lab and its hosts are made of.
#pragma once

#include <string>

#include <sched.h>

namespace riposte::test {

/// What a host has for itself.
inline constexpr int kOwnNamespaces = CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS;

/// Where temporary files are put: in memory, and the same for all hosts of a lab.
inline constexpr const char* kScratchOfLab = "/run/lab";

/// To be called by the first process of fresh namespaces: mounts of its own, its name, a loopback that is up,
/// IPv6 addresses usable at once. Empty, or what the machine refused.
std::string furnish(const std::string& name);

/// The life of a first process: collects whoever dies, and ends with `awaited` and its exit code.
[[noreturn]] void collect_orphans(int awaited = -1);

/// Not only of a user who is alone in it. The kernel takes messages of any length from such a root only.
bool lab_is_of_root();

/// Names the machine's refusal, or returns with "" in a process inside the lab. The process that called does
/// not return then, but ends with that process's exit code.
std::string enter_lab();

}  // namespace riposte::test
