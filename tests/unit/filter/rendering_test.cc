#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/filter/blocks.h"
#include "agent/filter/isolation.h"

namespace riposte {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::Not;

IpAddress address(std::string_view text) { return parse_address(text).value(); }

std::string golden(const std::string& name) {
  std::ifstream file(RIPOSTE_SOURCE_DIR "/tests/unit/filter/" + name);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(Blocks, AreRenderedInOneOrderHoweverTheyAreGiven) {
  std::vector<Block> blocks{{address("203.0.113.9"), seconds(60)},
                            {address("2001:db8::9"), seconds(3600)},
                            {address("198.51.100.7"), seconds(90)}};
  EXPECT_EQ(render_blocks(blocks), golden("blocks.nft"));
  std::ranges::reverse(blocks);
  EXPECT_EQ(render_blocks(blocks), golden("blocks.nft"));
}

TEST(Blocks, ChangeByOneAddressWithoutTouchingTheOthers) {
  EXPECT_EQ(render_block({address("203.0.113.9"), seconds(60)}), golden("block.nft"));
  EXPECT_EQ(render_unblock(address("2001:db8::9")), golden("unblock.nft"));
}

TEST(Blocks, OfOneAddressLastAsLongAsTheLongest) {
  const std::vector<Block> blocks{{address("203.0.113.9"), seconds(60)},
                                  {address("203.0.113.9"), seconds(7200)},
                                  {address("::ffff:203.0.113.9"), seconds(5)}};
  const std::string text = render_blocks(blocks);
  EXPECT_THAT(text, HasSubstr("addresses4 { 203.0.113.9 timeout 7200s }"));
  EXPECT_THAT(text, Not(HasSubstr("ffff")));
}

TEST(Blocks, WithNoTimeLeftAreNotMadeEndless) {
  for (const Duration left : {Duration(0), Duration(-1), Duration::min()}) {
    EXPECT_THAT(render_blocks(std::vector<Block>{{address("203.0.113.9"), left}}),
                Not(HasSubstr("203.0.113.9")));
    EXPECT_THAT(render_block({address("203.0.113.9"), left}), Not(HasSubstr("timeout 0")));
    EXPECT_THAT(render_block({address("203.0.113.9"), left}), HasSubstr("delete element"));
  }
}

TEST(Blocks, WithoutAnyThereIsNoTable) {
  EXPECT_EQ(render_blocks({}), "table inet riposte_block\ndelete table inet riposte_block\n");
}

TEST(Blocks, LastToTheEndOfTheirLastSecond) {
  EXPECT_THAT(render_block({address("203.0.113.9"), milliseconds(1)}), HasSubstr("timeout 1s"));
  EXPECT_THAT(render_block({address("203.0.113.9"), milliseconds(1001)}), HasSubstr("timeout 2s"));
}

TEST(Blocks, DoNotLastLongerThanTheKernelTakes) {
  EXPECT_THAT(render_block({address("203.0.113.9"), Duration::max()}), HasSubstr("timeout 31536000s"));
}

TEST(Blocks, OfAMappedAddressMeetTheIPv4Packets) {
  EXPECT_EQ(render_block({address("::ffff:203.0.113.9"), seconds(60)}), golden("block.nft"));
  EXPECT_EQ(render_unblock(address("::ffff:192.0.2.1")), render_unblock(address("192.0.2.1")));
}

TEST(Blocks, AreReadFromAListingAndNothingElseIs) {
  const auto read = blocks_in(R"({"nftables": [{"metainfo": {}}, {"set": {"name": "addresses6", "elem": [
      {"elem": {"val": "2001:db8::9", "timeout": 60, "expires": 58, "counter": {"packets": 3, "bytes": 180}}}]}}]})");
  ASSERT_TRUE(read.has_value()) << read.error().text();
  ASSERT_EQ(read->size(), 1U);
  EXPECT_EQ(read->front().address, address("2001:db8::9"));
  EXPECT_EQ(read->front().left, seconds(58));
  EXPECT_EQ(read->front().packets, 3U);
  for (const std::string wrong :
       {"", "{}", R"({"nftables": [{"set": {"elem": [{"prefix": {"addr": "1.2.3.0", "len": 24}}]}}]})",
        R"({"nftables": [{"set": {"elem": [{"elem": {"val": "x", "expires": 1}}]}}]})"})
    EXPECT_EQ(blocks_in(wrong).error().code, Errc::corrupt) << wrong;
}

TEST(Blocks, OfOthersHaveNoEnd) {
  for (const std::string element :
       {R"("192.0.2.1")", R"({"elem": {"val": "192.0.2.1", "counter": {"packets": 0}}})"}) {
    const auto read = blocks_in(R"({"nftables": [{"set": {"elem": [)" + element + "]}}]}");
    ASSERT_TRUE(read.has_value()) << read.error().text();
    EXPECT_EQ(read->front().left, Duration::max());
  }
}

Isolation isolation() {
  return {.management = {{address("192.0.2.10"), 8443},
                         {address("2001:db8::10"), 8443},
                         {address("192.0.2.2"), 443}},
          .kept = {address("198.51.100.7"), address("2001:db8::7")},
          .resolvers = {address("192.0.2.53")},
          .dhcp = true};
}

TEST(IsolationText, IsRenderedInOneOrderHoweverItIsGiven) {
  Isolation wanted = isolation();
  EXPECT_EQ(render_isolation(wanted), golden("isolation.nft"));
  std::ranges::reverse(wanted.management);
  std::ranges::reverse(wanted.kept);
  wanted.management.push_back(wanted.management.front());
  EXPECT_EQ(render_isolation(wanted), golden("isolation.nft"));
}

TEST(IsolationText, TakesMappedAddressesForIPv4) {
  Isolation wanted = isolation();
  wanted.management[0].address = address("::ffff:192.0.2.10");
  wanted.kept[0] = address("::ffff:198.51.100.7");
  wanted.resolvers[0] = address("::ffff:192.0.2.53");
  EXPECT_EQ(render_isolation(wanted), golden("isolation.nft"));
}

TEST(IsolationText, AcceptsNoDhcpAndNoDnsUnlessAsked) {
  EXPECT_EQ(render_isolation({.management = {{address("192.0.2.10"), 8443}}, .dhcp = false}),
            golden("isolation_closed.nft"));
}

// A session that is open already would be let through by its state.
TEST(IsolationText, DoesNotAskForTheStateOfAConnection) {
  const std::string text = render_isolation(isolation());
  for (const char* word : {"ct ", "established", "related"}) EXPECT_THAT(text, Not(HasSubstr(word)));
}

// Below -200 a chain comes before connection tracking; another table's rules on states must go on to work.
TEST(IsolationText, HasThreeChainsBehindConnectionTrackingThatDrop) {
  const std::string text = render_isolation(isolation());
  for (const char* hook : {"input", "output", "forward"})
    EXPECT_THAT(text, HasSubstr(std::string("type filter hook ") + hook + " priority -150; policy drop;"));
}

/// `fwd` and others are words of the language, and which ones depends on the version of nft.
TEST(FilterText, NamesItsTablesAndChainsAfterTheProduct) {
  const std::vector<Block> blocks{{address("203.0.113.9"), seconds(60)}};
  for (const std::string& text : {render_isolation(isolation()), render_blocks(blocks),
                                  render_block(blocks.front()), render_unblock(blocks.front().address)}) {
    std::istringstream lines(text);
    std::size_t chains = 0;
    for (std::string word, name; lines >> word;) {
      if (word == "table") lines >> word;
      if (word != "inet" && word != "chain") continue;
      lines >> name;
      EXPECT_TRUE(name.starts_with("riposte_")) << name;
      chains += word == "chain" ? 1 : 0;
    }
    EXPECT_GE(chains, 3U) << text;
  }
}

}  // namespace
}  // namespace riposte
