#include "agent/process/process_stat.h"

#include <string>

#include <gtest/gtest.h>

namespace riposte {
namespace {

std::string line(const std::string& name, const std::string& state = "S",
                 const std::string& flags = "4194304", const std::string& threads = "1") {
  return "4711 (" + name + ") " + state + " 77 4711 4711 0 -1 " + flags + " 0 0 0 0 0 0 0 0 20 0 " + threads +
         " 0 121005 3133440 383 18446744073709551615 0 0 0\n";
}

TEST(ProcessStat, ReadsTheFieldsThatMatter) {
  const auto stat = parse_stat(line("sleep"));
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->pid, 4711);
  EXPECT_EQ(stat->state, 'S');
  EXPECT_EQ(stat->parent, 77);
  EXPECT_EQ(stat->threads, 1);
  EXPECT_EQ(stat->start_ticks, 121005U);
}

TEST(ProcessStat, TrustsNothingInsideAName) {
  for (const std::string name : {"a) R 1 (b", "x) Z 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 0 0 0 1 0 5", ")", "((", "",
                                 " ", "a\nb", "(sd-pam)"}) {
    const auto stat = parse_stat(line(name));
    ASSERT_TRUE(stat) << name;
    EXPECT_EQ(stat->state, 'S') << name;
    EXPECT_EQ(stat->parent, 77) << name;
    EXPECT_EQ(stat->start_ticks, 121005U) << name;
  }
}

TEST(ProcessStat, RefusesWhatIsNoStatLine) {
  const std::string whole = line("sleep");
  for (const std::string& text :
       {std::string(), std::string("4711"), std::string(")("), whole.substr(0, 60),
        std::string("x (sleep) S 77"), line("sleep", "SS"), line("sleep", "S", "-x")})
    EXPECT_FALSE(parse_stat(text)) << text;
}

TEST(ProcessStat, KnowsAKernelThreadByItsFlag) {
  EXPECT_TRUE(parse_stat(line("kthreadd", "S", "2129984"))->is_kernel_thread());
  EXPECT_FALSE(parse_stat(line("kthreadd"))->is_kernel_thread());
}

TEST(ProcessStat, ALeaderThatLeftItsThreadsRunningIsNotGone) {
  EXPECT_TRUE(parse_stat(line("a", "Z"))->is_gone());
  EXPECT_FALSE(parse_stat(line("a", "Z", "0", "2"))->is_gone());
  EXPECT_FALSE(parse_stat(line("a", "T"))->is_gone());
}

}  // namespace
}  // namespace riposte
