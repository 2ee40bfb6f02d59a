#include "agent/process/system_unit.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace riposte {
namespace {

TEST(SystemUnit, IsReadFromAUnifiedAHybridAndAnOldHierarchy) {
  EXPECT_EQ(system_unit_in("0::/system.slice/ssh.service\n"), "ssh.service");
  EXPECT_EQ(system_unit_in("3:cpu:/\n1:name=systemd:/system.slice/ssh.service\n0::/\n"), "ssh.service");
  EXPECT_EQ(system_unit_in("2:cpu,cpuacct:/x\n1:name=systemd:/init.scope\n"), "init.scope");
  EXPECT_EQ(system_unit_in("0::/init.scope"), "init.scope");
}

TEST(SystemUnit, IsTheServiceWhateverLiesBelowOrAboveIt) {
  EXPECT_EQ(system_unit_in("0::/system.slice/docker.service/payload/ssh.service\n"), "docker.service");
  EXPECT_EQ(system_unit_in("0::/system.slice/system-getty.slice/getty@tty1.service\n"), "getty@tty1.service");
}

TEST(SystemUnit, AUsersOwnGroupIsNoneWhateverItsName) {
  for (const char* path :
       {"0::/user.slice/user-1000.slice/user@1000.service/app.slice/ssh.service\n",
        "0::/user.slice/user-1000.slice/session-3.scope\n", "0::/docker/0123abc\n", "0::/ssh.service\n",
        "0::/../../system.slice/ssh.service\n", "0::/system.slice\n", "0::/system.slice/a.slice\n", "0::/\n",
        "", "garbage", "5:pids:/system.slice/ssh.service\n"})
    EXPECT_EQ(system_unit_in(path), "") << path;
}

TEST(SystemUnit, OfAProcessThatDoesNotExistIsUnknown) {
  EXPECT_TRUE(system_unit_of(::getpid()));
  EXPECT_FALSE(system_unit_of(1 << 30));
}

}  // namespace
}  // namespace riposte
