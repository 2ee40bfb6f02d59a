#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace riposte::agent {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

/// What a unit file sets: the words of every key, of all its lines together.
std::map<std::string, std::set<std::string>> words_of_unit(const std::string& name) {
  std::ifstream file(std::string(RIPOSTE_SOURCE_DIR) + "/examples/" + name);
  std::map<std::string, std::set<std::string>> words;
  for (std::string line; std::getline(file, line);) {
    const std::size_t equals = line.find('=');
    if (line.starts_with('#') || equals == std::string::npos) continue;
    std::istringstream values(line.substr(equals + 1));
    for (std::string word; values >> word;) words[line.substr(0, equals)].insert(word);
  }
  return words;
}

TEST(ExampleUnitOfTheHands, HasThePacketFiltersInForceBeforeThereIsANetwork) {
  auto unit = words_of_unit("riposte-agent-hands.service");
  EXPECT_THAT(unit["Before"], Contains("network-pre.target"));
  EXPECT_THAT(unit["Wants"], Contains("network-pre.target")) << "nobody else may want it";
  EXPECT_THAT(unit["Type"], ElementsAre("notify")) << "otherwise nobody waits for the filters";
  EXPECT_THAT(unit["WantedBy"], ElementsAre("sysinit.target"));
  EXPECT_THAT(unit["DefaultDependencies"], ElementsAre("no")) << "those would wait for basic.target";
  for (const char* key : {"After", "Requires", "Wants", "BindsTo", "Requisite"})
    for (const char* late : {"network.target", "network-online.target", "basic.target", "sysinit.target"})
      EXPECT_THAT(unit[key], Not(Contains(late))) << key;
}

TEST(ExampleUnitOfTheHands, FindsStateAndPolicyAndMaySpeakToTheKernel) {
  auto unit = words_of_unit("riposte-agent-hands.service");
  EXPECT_THAT(unit["After"], Contains("local-fs.target"));
  EXPECT_THAT(unit["RequiresMountsFor"], Contains("/var/lib/riposte-agent"));
  EXPECT_THAT(unit["RequiresMountsFor"], Contains("/etc/riposte-agent"));
  EXPECT_THAT(unit["CapabilityBoundingSet"], Contains("CAP_NET_ADMIN"));
  EXPECT_THAT(unit["RestrictAddressFamilies"], Contains("AF_NETLINK"));
  for (const char* own : {"PrivateNetwork", "PrivateUsers", "NetworkNamespacePath"})
    EXPECT_THAT(unit[own], IsEmpty()) << "filters of a network of its own protect nobody";
}

TEST(ExampleUnitOfTheLink, ComesAfterTheHands) {
  auto unit = words_of_unit("riposte-agent.service");
  EXPECT_THAT(unit["After"], Contains("riposte-agent-hands.service"));
  EXPECT_THAT(unit["Wants"], Contains("riposte-agent-hands.service"));
}

}  // namespace
}  // namespace riposte::agent
