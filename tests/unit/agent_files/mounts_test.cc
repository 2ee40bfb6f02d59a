#include "agent/files/mounts.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace riposte::files {
namespace {

using ::testing::ElementsAre;

TEST(Mounts, AreReadWithTheirBlanks) {
  EXPECT_THAT(
      parse_mounts("21 26 0:19 / /sys rw,nosuid shared:7 - sysfs sysfs rw\n"
                   "\n"
                   "no mount at all\n"
                   "30 26 254:1 /etc/a\\040b\\134c /mnt/x\\011y\\04 rw - ext4 /dev/vda1 rw\n"),
      ElementsAre(Mount{21, "0:19", "/", "/sys"}, Mount{30, "254:1", "/etc/a b\\c", "/mnt/x\ty\\04"}));
}

TEST(Mounts, GiveADirectoryItsPositionInItsFileSystem) {
  const Descriptor directory(::open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC));
  const auto mounts = read_mounts();
  ASSERT_TRUE(mounts);
  const auto position = position_of(directory, *mounts);
  ASSERT_TRUE(position && *position);
  EXPECT_EQ((*position)->path, "/" + std::to_string(::getpid()));
  EXPECT_FALSE(*position_of(directory, {}));
}

TEST(APath, LiesInADirectoryAtAWholeName) {
  EXPECT_TRUE(lies_in("/a/b", "/a"));
  EXPECT_TRUE(lies_in("/a", "/a"));
  EXPECT_TRUE(lies_in("/a", "/"));
  EXPECT_FALSE(lies_in("/ab", "/a"));
  EXPECT_FALSE(lies_in("/", "/a"));
}

}  // namespace
}  // namespace riposte::files
