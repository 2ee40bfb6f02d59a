#include "agent/process/protected_processes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/support/victim.h"

namespace riposte {
namespace {

using ::testing::HasSubstr;

/// Nobody's child, and nothing that /proc knows.
ProcessIdentity stranger() {
  ProcessIdentity identity;
  identity.pid = 1 << 30;
  identity.executable = "/usr/bin/stranger";
  return identity;
}

TEST(ProtectedProcesses, AStrangerIsNotAmongThem) {
  EXPECT_FALSE(ProtectedProcesses({}).refuse(stranger()));
  EXPECT_FALSE(ProtectedProcesses({.executables = {"/usr/sbin/sshd"}}).refuse(stranger()));
}

TEST(ProtectedProcesses, TheFirstOneAndTheThreadsOfTheKernelAreWithoutAnyConfiguration) {
  const ProtectedProcesses guards({});
  EXPECT_TRUE(guards.refuse_number(1));
  ProcessIdentity first = stranger();
  first.pid = 1;
  EXPECT_TRUE(guards.refuse(first));
  ProcessIdentity thread = stranger();
  thread.kernel_thread = true;
  EXPECT_THAT(*guards.refuse(thread), HasSubstr("thread of the kernel"));
}

TEST(ProtectedProcesses, EachOfTheGivenFamiliesIsOne) {
  ProcessIdentity self = stranger();
  self.pid = ::getpid();
  EXPECT_TRUE(ProtectedProcesses({}).refuse(self));
  EXPECT_TRUE(ProtectedProcesses({}, {1 << 30, ::getpid()}).refuse(self));
  EXPECT_FALSE(ProtectedProcesses({}, {(1 << 30) - 1}).refuse(stranger()));
}

TEST(ProtectedProcesses, WhereServicesAreProtectedOneThatCannotBeToldIsRefused) {
  EXPECT_THAT(*ProtectedProcesses({.units = vital_units()}).refuse(stranger()), HasSubstr("cannot be read"));
}

TEST(ProtectedProcesses, ServicesThatAHostCannotDoWithoutAreNamedAsSystemdNamesThem) {
  for (const char* unit :
       {"ssh.service", "systemd-journald.service", "rsyslog.service", "syslog-ng.service", "auditd.service",
        "riposte.service", "riposte-agent.service", "riposte-agent-hands.service"})
    EXPECT_TRUE(vital_units().contains(unit)) << unit;
  for (const std::string& unit : vital_units())
    EXPECT_TRUE(unit.ends_with(".service") || unit == "init.scope") << unit;
}

TEST(ProtectedProcesses, WhereUsersAreProtectedTheirsAndThoseOfNobodyKnownAreRefused) {
  const test::Victim victim;
  const ProcessIdentity theirs = *read_process(victim.pid());
  const ProtectedProcesses guards({.users = {::geteuid()}}, {(1 << 30) - 1});
  EXPECT_THAT(*guards.refuse(theirs), HasSubstr("runs as user " + std::to_string(::geteuid())));
  EXPECT_FALSE(ProtectedProcesses({.users = {::geteuid() + 1}}, {(1 << 30) - 1}).refuse(theirs));
  EXPECT_THAT(*guards.refuse(stranger()), HasSubstr("cannot be read"));
}

TEST(ProtectedProcesses, WhatHasEndedNeedsNoProtection) {
  ProcessIdentity gone = stranger();
  gone.run_state = RunState::gone;
  gone.executable = "";
  EXPECT_FALSE(
      ProtectedProcesses({.executables = {"/usr/sbin/sshd"}, .units = {"ssh.service"}}).refuse(gone));
}

}  // namespace
}  // namespace riposte
